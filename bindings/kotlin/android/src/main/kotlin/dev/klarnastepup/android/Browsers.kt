package dev.klarnastepup.android

import android.content.Intent
import android.content.pm.PackageManager
import android.content.pm.ResolveInfo
import android.net.Uri

/** What can open web pages on this device now. Every call asks the system: a customer may change it while the app runs. */
internal class Browsers(
    private val packages: PackageManager,
) {
    /** The customer's browser: the default one, or the only one. Null where the system would ask which. */
    fun default(): String? {
        val all = all()
        val chosen = packages.resolveActivity(page(), PackageManager.MATCH_DEFAULT_ONLY)?.activityInfo?.packageName
        return chosen?.takeIf { it in all } ?: all.singleOrNull()
    }

    /** All of them. */
    fun all(): List<String> =
        packages
            .queryIntentActivities(page(), PackageManager.MATCH_ALL)
            .names()

    /** The browser for a Custom Tab: the customer's own, where their Klarna cookies are; if it has no tabs, a known one that has. */
    fun customTabs(): String? = candidates().firstOrNull { serves(it, null) }

    /** The browser for an Auth Tab. Only the one that would show the Custom Tab: another one does not know the customer. */
    fun authTab(): String? = customTabs()?.takeIf { serves(it, AUTH_TAB) }

    /** Whether a browser is to be had for a plain page. */
    fun any(): Boolean = all().isNotEmpty()

    private fun candidates(): List<String> {
        val all = all()
        val known = all.filter { it in KnownApps.HONOUR_APP_LINKS }
        return (listOfNotNull(default()) + known + all).distinct()
    }

    private fun serves(browser: String, category: String?): Boolean {
        val service = Intent(CUSTOM_TABS).setPackage(browser)
        category?.let(service::addCategory)
        return packages.resolveService(service, 0) != null
    }

    private companion object {
        /** `CustomTabsService.ACTION_CUSTOM_TABS_CONNECTION` of androidx.browser. */
        const val CUSTOM_TABS = "android.support.customtabs.action.CustomTabsService"

        /** `CustomTabsService.CATEGORY_AUTH_TAB` of androidx.browser. */
        const val AUTH_TAB = "androidx.browser.auth.category.AuthTab"

        /** Matches who opens every page, not who claims some host: the address has none. */
        fun page(): Intent = Intent(Intent.ACTION_VIEW, Uri.fromParts("https", "", null)).addCategory(Intent.CATEGORY_BROWSABLE)
    }
}

/** Without the system's own, which stand in for others: the chooser, and the door to the work profile. */
internal fun List<ResolveInfo>.names(): List<String> =
    mapNotNull { it.activityInfo?.packageName }.filter { it != "android" }.distinct()
