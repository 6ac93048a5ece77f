package dev.klarnastepup.android

import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.Surface

/** What this device can do, asked before each payment. Calls the package manager, so never on the main thread. */
internal class AndroidDevice(
    private val context: Context,
    private val links: ReturnLinks,
    private val debuggable: Boolean,
) {
    private val packages: PackageManager = context.packageManager
    private val browsers = Browsers(packages)

    fun facts(): Device =
        Device(
            surfaces = surfaces(),
            httpsLinks = httpsLinks(),
            registeredSchemes = RegisteredLinks(context).schemes(links),
            debuggable = debuggable,
        )

    private fun surfaces(): List<Surface> =
        buildList {
            if (KlarnaApp(packages).isThere()) add(Surface.KLARNA_APP)
            if (authTab()) add(Surface.AUTH_TAB)
            if (browsers.customTabs() != null) add(Surface.CUSTOM_TAB)
            if (browsers.any()) add(Surface.BROWSER)
        }

    /** An Auth Tab that waits for an https address has to verify first that it is ours; one that could not will not the next time. */
    private fun authTab(): Boolean {
        if (browsers.authTab() == null) return false
        val waitsForHttps = Uri.parse(links.completion).scheme.equals("https", ignoreCase = true)
        val asGiven = links.fallbackScheme.isEmpty() || httpsLinks()
        return !(authTabCannotVerify && waitsForHttps && asGiven)
    }

    /** Whether an https link comes back to the app: the browser must honour App Links, and Android must have given us the links' hosts. */
    private fun httpsLinks(): Boolean {
        val browser = browsers.default() ?: browsers.customTabs()
        return browser in KnownApps.HONOUR_APP_LINKS && httpsLinksOf(links).all(::isOurs)
    }

    /**
     * True when our activity is what the system opens the address with: the domain is verified, and the customer did not turn "open
     * supported links" off.
     */
    private fun isOurs(link: Uri): Boolean {
        val opened = Intent(Intent.ACTION_VIEW, link).addCategory(Intent.CATEGORY_BROWSABLE)
        val by = packages.resolveActivity(opened, PackageManager.MATCH_DEFAULT_ONLY)?.activityInfo
        return by?.packageName == context.packageName
    }

    companion object {
        /** An Auth Tab said so in this process. */
        @Volatile
        var authTabCannotVerify: Boolean = false

        fun httpsLinksOf(links: ReturnLinks): List<Uri> =
            listOf(links.handover, links.completion)
                .map(Uri::parse)
                .filter { it.scheme.equals("https", ignoreCase = true) }
    }
}
