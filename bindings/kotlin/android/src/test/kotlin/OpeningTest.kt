package dev.klarnastepup.android

import android.content.Intent
import dev.klarnastepup.ffi.Surface
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** What opens a journey on each surface, and what is told when nothing does. */
@RunWith(RobolectricTestRunner::class)
internal class OpeningTest : SurfaceStage() {
    @Test
    fun `an Auth Tab, spelled out`() {
        val tab = tabOf(present(Surface.AUTH_TAB)).intent
        assertEquals(Intent.ACTION_VIEW, tab.action)
        assertEquals(JOURNEY, tab.dataString, "the address is opened exactly as it is")
        assertEquals("com.android.chrome", tab.`package`)
        assertEquals(0, tab.flags and Intent.FLAG_ACTIVITY_NEW_TASK)
        assertEquals(
            mapOf(
                "android.support.customtabs.extra.SESSION" to null,
                "androidx.browser.auth.extra.LAUNCH_AUTH_TAB" to true,
                "androidx.browser.auth.extra.REDIRECT_SCHEME" to "shop-done",
            ),
            extras(tab),
        )
        assertEquals(listOf("presented a 1"), shell.take())
    }

    @Test
    fun `an Auth Tab that waits for an https address`() {
        val tab = tabOf(present(Surface.AUTH_TAB, https = true)).intent
        assertEquals(
            mapOf(
                "android.support.customtabs.extra.SESSION" to null,
                "androidx.browser.auth.extra.LAUNCH_AUTH_TAB" to true,
                "androidx.browser.auth.extra.HTTPS_REDIRECT_HOST" to "shop.example",
                "androidx.browser.auth.extra.HTTPS_REDIRECT_PATH" to "/klarna/done",
            ),
            extras(tab),
        )
    }

    @Test
    fun `a Custom Tab of the whole height, that cannot be shared or made small`() {
        val tab = tabOf(present(Surface.CUSTOM_TAB)).intent
        assertEquals(JOURNEY, tab.dataString)
        val screen = app.resources.displayMetrics
        assertEquals(
            mapOf(
                "android.support.customtabs.extra.SESSION" to null,
                "androidx.browser.customtabs.extra.INITIAL_ACTIVITY_HEIGHT_PX" to maxOf(screen.heightPixels, screen.widthPixels),
                "androidx.browser.customtabs.extra.ACTIVITY_HEIGHT_RESIZE_BEHAVIOR" to 2,
                "android.support.customtabs.extra.TITLE_VISIBILITY" to 1,
                "androidx.browser.customtabs.extra.SHARE_STATE" to 2,
                "android.support.customtabs.extra.SHARE_MENU_ITEM" to false,
            ),
            extras(tab),
        )
    }

    @Test
    fun `the browser, in a task of its own`() {
        platform.presenter.present(presentation(Surface.BROWSER))
        idle()
        val page = assertNotNull(shadowOf(host.get()).nextStartedActivity)
        assertEquals(JOURNEY to "com.android.chrome", page.dataString to page.`package`)
        assertTrue(page.flags and Intent.FLAG_ACTIVITY_NEW_TASK != 0)
        assertEquals(emptyMap(), extras(page))
        assertEquals(listOf("presented a 1"), shell.take())
        assertNull(Wiring.tab, "it is no tab of ours: while it is in front, the app is in the background")
    }

    @Test
    fun `Klarna's app, by name`() {
        OtherApps(app).app("com.myklarnamobile", "https", "pay.klarna.com")
        OtherApps(app).app("evil.klarna", "https", "pay.klarna.com")
        platform.presenter.present(presentation(Surface.KLARNA_APP))
        idle()
        val opened = assertNotNull(shadowOf(host.get()).nextStartedActivity)
        assertEquals(JOURNEY to "com.myklarnamobile", opened.dataString to opened.`package`)
        val notInBrowser = if (android.os.Build.VERSION.SDK_INT >= 30) Intent.FLAG_ACTIVITY_REQUIRE_NON_BROWSER else 0
        assertEquals(Intent.FLAG_ACTIVITY_NEW_TASK or notInBrowser, opened.flags)
        assertEquals(listOf("presented a 1"), shell.take())
    }

    @Test
    fun `an app that only claims Klarna's address is not Klarna's app`() {
        OtherApps(app).app("evil.klarna", "https", "pay.klarna.com")
        platform.presenter.present(presentation(Surface.KLARNA_APP))
        idle()
        assertNull(shadowOf(host.get()).nextStartedActivity)
        assertEquals(listOf("failed a 1 UNAVAILABLE"), shell.take())
    }

    @Test
    fun `a browser that went away a moment ago`() {
        shadowOf(app).checkActivities(true)
        OtherApps(app).launcher()
        val surface =
            present(Surface.CUSTOM_TAB) {
                OtherApps(app).loseActivity("com.android.chrome")
                create()
            }
        assertTrue(surface.get().isFinishing)
        platform.presenter.present(presentation(Surface.BROWSER, 2u))
        idle()
        assertEquals(listOf("failed a 1 UNAVAILABLE", "failed a 2 UNAVAILABLE"), shell.take())
    }

    @Test
    fun `surfaces that Android does not have`() {
        for (surface in listOf(Surface.AUTH_SESSION, Surface.CUSTOM)) {
            platform.presenter.present(presentation(surface))
            idle()
            assertEquals(listOf("failed a 1 UNAVAILABLE"), shell.take())
        }
    }

    @Test
    fun `nothing to present from`() {
        host.pause().stop().destroy()
        idle()
        shell.take()
        platform.presenter.present(presentation(Surface.CUSTOM_TAB))
        idle()
        assertEquals(listOf("failed a 1 NO_HOST"), shell.take())
    }
}
