package dev.klarnastepup.android

import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.content.pm.verify.domain.DomainVerificationManager
import android.content.pm.verify.domain.DomainVerificationUserState
import android.net.Uri
import android.os.Build
import dev.klarnastepup.Finding
import dev.klarnastepup.ReturnLinks

/** Whether the links of the configuration and the filters of the merged manifest agree, and how to make them. */
internal class RegisteredLinks(
    private val context: Context,
) {
    private val packages: PackageManager = context.packageManager
    private val ours = ComponentName(context, StepUpReturnActivity::class.java)

    /** The schemes of the links that the app takes, each as often as an activity of the app takes it. */
    fun schemes(links: ReturnLinks): List<String> =
        spellings(links)
            .groupBy { it.scheme.orEmpty() }
            .flatMap { (scheme, uris) -> List(uris.maxOf { takers(it).size }) { scheme } }

    fun findings(links: ReturnLinks): List<Finding> =
        spellings(links).flatMap { link -> of(link, links) }.distinctBy { it.code to it.problem } + verification(links)

    private fun of(link: Uri, links: ReturnLinks): List<Finding> =
        buildList {
            val takers = takers(link)
            if (ours !in takers) {
                add(broken("link-not-in-manifest", "no filter of StepUpReturnActivity takes ${named(link)}", cure(link, links)))
            }
            val others = takers - ours
            if (others.isNotEmpty()) {
                val names = others.joinToString { it.shortClassName }
                add(
                    broken(
                        "link-taken-twice",
                        "${named(link)} is taken by $names too, so that the system asks the customer which",
                        "remove the intent filter for it from $names: the library brings its own",
                    ),
                )
            }
            val strangers = strangers(link)
            if (strangers.isNotEmpty()) {
                add(
                    Finding(
                        "link-claimed-by-another-app",
                        Finding.Level.ADVICE,
                        "${named(link)} is claimed by ${strangers.joinToString()} too",
                        "use a scheme that has your application id in it, or an https link",
                    ),
                )
            }
        }

    /** The line for build.gradle. The two links, and the fallback, share host and beginning of the path. */
    private fun cure(link: Uri, links: ReturnLinks): String {
        val given = listOf(links.handover, links.completion).map(Uri::parse)
        val scheme = given[0].scheme.orEmpty()
        if (given.any { it.scheme.orEmpty().any(Char::isUpperCase) }) {
            return "write the scheme in lower case, in the links and in the manifest: Android compares it letter by letter"
        }
        if (given[0].host != given[1].host) return "give both links the same host: the manifest has one placeholder for it"
        if (link.scheme == links.fallbackScheme) {
            return "use \"${context.packageName}.stepup\" as fallbackScheme: the library registers it"
        }
        if (given[1].scheme !in setOf(scheme, "$scheme-done")) {
            return "give the completion link the scheme \"$scheme-done\": the library registers it beside \"$scheme\""
        }
        val path = given.map { it.path.orEmpty() }.reduce(String::commonPrefixWith)
        return "in build.gradle: manifestPlaceholders += " +
            "[stepUpScheme: \"$scheme\", stepUpHost: \"${given[0].host.orEmpty()}\", stepUpPath: \"$path\"]"
    }

    private fun verification(links: ReturnLinks): List<Finding> {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.S) return emptyList()
        return AndroidDevice.httpsLinksOf(links).mapNotNull { it.host }.distinct().mapNotNull(::unverified)
    }

    @NewerApi(31)
    private fun unverified(host: String): Finding? {
        val manager = context.getSystemService(DomainVerificationManager::class.java) ?: return null
        val state = manager.getDomainVerificationUserState(context.packageName) ?: return null
        return judged(host, state.isLinkHandlingAllowed, state.hostToStateMap[host])
    }

    /** [state]: one of [DomainVerificationUserState]'s, null for a host that no filter names. */
    fun judged(host: String, allowed: Boolean, state: Int?): Finding? {
        val name = context.packageName
        return when {
            state in ACCEPTED && allowed -> null
            !allowed ->
                Finding(
                    "supported-links-off",
                    Finding.Level.ADVICE,
                    "the customer turned \"open supported links\" off, so that https links do not come to the app",
                    "nothing: the fallbackScheme is used on this device",
                )
            else ->
                broken(
                    "app-link-not-verified",
                    "Android did not verify that $host belongs to the app",
                    "serve https://$host/.well-known/assetlinks.json with $name and the digest of its certificate, " +
                        "then `adb shell pm verify-app-links --re-verify $name`",
                )
        }
    }

    /** Both links, and what they are where https links do not come back. */
    private fun spellings(links: ReturnLinks): List<Uri> {
        val given = listOf(links.handover, links.completion).map(Uri::parse)
        val scheme = links.fallbackScheme
        if (scheme.isEmpty()) return given
        return given +
            AndroidDevice.httpsLinksOf(links).map { it.buildUpon().scheme(scheme).build() }
    }

    private fun takers(link: Uri): List<ComponentName> =
        packages
            .queryIntentActivities(view(link).setPackage(context.packageName), PackageManager.MATCH_DEFAULT_ONLY)
            .mapNotNull { found -> found.activityInfo?.let { ComponentName(it.packageName, it.name) } }
            .distinct()

    private fun strangers(link: Uri): List<String> {
        if (link.scheme.equals("https", ignoreCase = true)) return emptyList()
        return packages.queryIntentActivities(view(link), PackageManager.MATCH_DEFAULT_ONLY).names() - context.packageName
    }

    private fun view(link: Uri): Intent = Intent(Intent.ACTION_VIEW, link).addCategory(Intent.CATEGORY_BROWSABLE)

    /** As in the configuration, which is no secret; without what a query may hold. */
    private fun named(link: Uri): String =
        link
            .buildUpon()
            .clearQuery()
            .fragment(null)
            .build()
            .toString()

    private fun broken(code: String, problem: String, fix: String) = Finding(code, Finding.Level.BROKEN, problem, fix)

    private companion object {
        /** Values of [DomainVerificationUserState]: the customer chose us, or the system verified us. */
        val ACCEPTED = setOf(1, 2)
    }
}
