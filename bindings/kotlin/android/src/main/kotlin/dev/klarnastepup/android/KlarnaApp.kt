package dev.klarnastepup.android

import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Build

/** Klarna's app as a surface. */
internal class KlarnaApp(
    private val packages: PackageManager,
) {
    /** Whether it is there and opens journeys. */
    fun isThere(): Boolean = HOSTS.any { view(Uri.parse("https://$it/eu/requests/0/start")) != null }

    /**
     * What opens this journey in the app, or null. Always with the package: any app may claim a host. Before Android 11 there is no way to
     * say "no browser", so that a package which opens every page is left out here.
     */
    fun view(journey: Uri): Intent? {
        val browsers = Browsers(packages).all()
        val name = KnownApps.KLARNA.firstOrNull { it !in browsers && opens(it, journey) } ?: return null
        return intent(journey, name).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK).apply {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) addFlags(Intent.FLAG_ACTIVITY_REQUIRE_NON_BROWSER)
        }
    }

    private fun opens(name: String, journey: Uri): Boolean =
        packages.queryIntentActivities(intent(journey, name), PackageManager.MATCH_DEFAULT_ONLY).isNotEmpty()

    private fun intent(journey: Uri, name: String): Intent =
        Intent(Intent.ACTION_VIEW, journey).addCategory(Intent.CATEGORY_BROWSABLE).setPackage(name)

    private companion object {
        val HOSTS = listOf("pay.klarna.com", "pay.test.klarna.com")
    }
}
