package dev.klarnastepup.android

import android.content.Intent
import android.net.Uri
import android.os.Bundle

/**
 * The intents that open tabs, without androidx.browser: what a browser understands is the text of the extras. Names and values are those of
 * `androidx/androidx`, browser/browser/src/main/java/androidx/browser: `customtabs/CustomTabsIntent.java` and `auth/AuthTabIntent.java`
 * (2024 and 2025).
 *
 * An ephemeral tab (`…customtabs.extra.ENABLE_EPHEMERAL_BROWSING`) is forbidden by Klarna, and there is no way to ask for one here.
 */
internal object TabIntents {
    /**
     * `CustomTabsIntent.EXTRA_SESSION`: what makes it a tab; null, because there is no session. `AuthTabIntent.Builder.build` sets it too.
     */
    const val SESSION = "android.support.customtabs.extra.SESSION"

    /** `AuthTabIntent.EXTRA_LAUNCH_AUTH_TAB`, boolean. */
    const val LAUNCH_AUTH_TAB = "androidx.browser.auth.extra.LAUNCH_AUTH_TAB"

    /** `AuthTabIntent.EXTRA_REDIRECT_SCHEME`: the tab ends at the first address with this scheme. */
    const val REDIRECT_SCHEME = "androidx.browser.auth.extra.REDIRECT_SCHEME"

    /** `AuthTabIntent.EXTRA_HTTPS_REDIRECT_HOST`. */
    const val REDIRECT_HOST = "androidx.browser.auth.extra.HTTPS_REDIRECT_HOST"

    /** `AuthTabIntent.EXTRA_HTTPS_REDIRECT_PATH`. */
    const val REDIRECT_PATH = "androidx.browser.auth.extra.HTTPS_REDIRECT_PATH"

    /**
     * `CustomTabsIntent.EXTRA_INITIAL_ACTIVITY_HEIGHT_PX`, int: the tab becomes a sheet, "clamped between 50% and 100% of screen height".
     */
    const val HEIGHT = "androidx.browser.customtabs.extra.INITIAL_ACTIVITY_HEIGHT_PX"

    /** `CustomTabsIntent.EXTRA_ACTIVITY_HEIGHT_RESIZE_BEHAVIOR`, int. */
    const val RESIZE = "androidx.browser.customtabs.extra.ACTIVITY_HEIGHT_RESIZE_BEHAVIOR"

    /** `CustomTabsIntent.ACTIVITY_HEIGHT_FIXED`. */
    const val RESIZE_FIXED = 2

    /** `CustomTabsIntent.EXTRA_TITLE_VISIBILITY_STATE`, int. */
    const val TITLE = "android.support.customtabs.extra.TITLE_VISIBILITY"

    /** `CustomTabsIntent.SHOW_PAGE_TITLE`. */
    const val TITLE_SHOWN = 1

    /** `CustomTabsIntent.EXTRA_SHARE_STATE`, int. */
    const val SHARE = "androidx.browser.customtabs.extra.SHARE_STATE"

    /** `CustomTabsIntent.SHARE_STATE_OFF`: whoever has a journey's address can go on with it. */
    const val SHARE_OFF = 2

    /** `CustomTabsIntent.EXTRA_DEFAULT_SHARE_MENU_ITEM`, boolean: the same for older browsers (`setShareState` sets both). */
    const val SHARE_ITEM = "android.support.customtabs.extra.SHARE_MENU_ITEM"

    /** `AuthTabIntent.RESULT_VERIFICATION_FAILED`: the browser could not verify that the https callback is the app's. */
    const val RESULT_VERIFICATION_FAILED = 2

    /** `AuthTabIntent.RESULT_VERIFICATION_TIMED_OUT`. */
    const val RESULT_VERIFICATION_TIMED_OUT = 3

    /** An Auth Tab that watches for [callback]. */
    fun authTab(journey: String, browser: String, callback: Callback): Intent =
        view(journey, browser).putExtras(session()).putExtra(LAUNCH_AUTH_TAB, true).apply {
            if (callback.host == null) {
                putExtra(REDIRECT_SCHEME, callback.scheme)
            } else {
                putExtra(REDIRECT_HOST, callback.host)
                putExtra(REDIRECT_PATH, callback.path ?: "/")
            }
        }

    /**
     * A Custom Tab as a sheet of the screen's whole [height]: a sheet has no button that minimises it. A browser that knows no sheets shows
     * an ordinary tab.
     */
    fun customTab(journey: String, browser: String, height: Int): Intent =
        view(journey, browser)
            .putExtras(session())
            .putExtra(HEIGHT, height)
            .putExtra(RESIZE, RESIZE_FIXED)
            .putExtra(TITLE, TITLE_SHOWN)
            .putExtra(SHARE, SHARE_OFF)
            .putExtra(SHARE_ITEM, false)

    /** The customer's browser, in a task of its own. */
    fun browser(journey: String, browser: String?): Intent = view(journey, browser).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK)

    private fun view(journey: String, browser: String?): Intent =
        Intent(Intent.ACTION_VIEW, Uri.parse(journey)).addCategory(Intent.CATEGORY_BROWSABLE).setPackage(browser)

    private fun session(): Bundle = Bundle().apply { putBinder(SESSION, null) }

    /** What an Auth Tab watches for: a scheme, or host and path of an https address. */
    class Callback(
        val scheme: String,
        val host: String?,
        val path: String?,
    )
}
