package dev.klarnastepup.android

import android.app.Application
import android.content.ComponentName
import android.content.Intent
import android.content.IntentFilter
import org.robolectric.Shadows.shadowOf

/** What else is installed on the phone. */
internal class OtherApps(
    private val application: Application,
) {
    private val packages = shadowOf(application.packageManager)

    fun browser(name: String, tabs: Boolean = true, authTab: Boolean = false, default: Boolean = false) {
        val pages = view(null).apply {
            addDataScheme("http")
            addDataScheme("https")
        }
        val activity = activity(name, pages)
        if (tabs) {
            val service = ComponentName(name, "$name.TabService")
            packages.addServiceIfNotPresent(service)
            val filter = IntentFilter("android.support.customtabs.action.CustomTabsService")
            if (authTab) filter.addCategory("androidx.browser.auth.category.AuthTab")
            packages.addIntentFilterForService(service, filter)
        }
        if (default) {
            @Suppress("DEPRECATION")
            application.packageManager.addPreferredActivity(pages, IntentFilter.MATCH_CATEGORY_SCHEME, arrayOf(activity), activity)
        }
    }

    /** An app that claims addresses of a host. */
    fun app(name: String, scheme: String, host: String, activity: String = "$name.Links"): ComponentName {
        val filter = view(host).apply { addDataScheme(scheme) }
        return activity(name, filter, activity)
    }

    /** A host of the app's own, as Android sees it after verification. */
    fun verified(host: String) {
        val shop = app(application.packageName, "https", host, "shop.Links")
        val filter = view(host).apply { addDataScheme("https") }
        @Suppress("DEPRECATION")
        application.packageManager.addPreferredActivity(filter, IntentFilter.MATCH_CATEGORY_HOST, arrayOf(shop), shop)
    }

    /** The activity goes, as when a browser is updated or switched off; what was asked a moment ago may still name it. */
    fun loseActivity(name: String) {
        packages.removeActivity(ComponentName(name, "$name.Main"))
    }

    /** What the app's own icon starts. */
    fun launcher(): ComponentName {
        val filter = IntentFilter(Intent.ACTION_MAIN).apply { addCategory(Intent.CATEGORY_LAUNCHER) }
        return activity(application.packageName, filter, "shop.Main")
    }

    private fun activity(name: String, filter: IntentFilter, activity: String = "$name.Main"): ComponentName {
        val component = ComponentName(name, activity)
        packages.addActivityIfNotPresent(component)
        packages.addIntentFilterForActivity(component, filter)
        return component
    }

    private fun view(host: String?): IntentFilter =
        IntentFilter(Intent.ACTION_VIEW).apply {
            addCategory(Intent.CATEGORY_DEFAULT)
            addCategory(Intent.CATEGORY_BROWSABLE)
            host?.let { addDataAuthority(it, null) }
        }
}
