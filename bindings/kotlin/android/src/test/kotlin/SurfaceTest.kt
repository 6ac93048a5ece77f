package dev.klarnastepup.android

import android.app.Activity
import android.app.Application
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.os.Looper
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Surface
import java.time.Duration
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.shadows.ShadowActivity

/** Tabs, and the activity that lies below them. */
@RunWith(RobolectricTestRunner::class)
class SurfaceTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val shell = Recorder()
    private val platform by lazy { AndroidPlatform(app, ReturnLinks("shop://klarna/back", "shop-done://klarna/done")) }
    private val host by lazy { Robolectric.buildActivity(Activity::class.java).setup() }

    @BeforeTest
    fun begin() {
        platform.observe(shell)
        host.get()
        OtherApps(app).browser("com.android.chrome", authTab = true, default = true)
        idle()
        shell.take()
    }

    @AfterTest
    fun end() {
        Wiring.tab?.let { Wiring.gone(it.key) }
        Wiring.surfaceActivity?.let(Wiring::destroyed)
        AndroidDevice.authTabCannotVerify = false
        platform.close()
    }

    private fun idle() = shadowOf(Looper.getMainLooper()).idle()

    private fun presentation(surface: Surface, number: UInt = 1u, https: Boolean = false) =
        Presentation(
            attempt = "a",
            number = number,
            surface = surface,
            url = JOURNEY,
            paymentRequestId = null,
            callbackScheme = if (https) "https" else "shop-done",
            callbackHost = if (https) "shop.example" else null,
            callbackPath = if (https) "/klarna/done" else null,
        )

    /** Presents, and makes the surface activity as the system would. */
    private fun present(
        surface: Surface,
        number: UInt = 1u,
        https: Boolean = false,
        made: ActivityController<StepUpSurfaceActivity>.() -> Unit = { setup() },
    ): ActivityController<StepUpSurfaceActivity> {
        platform.presenter.present(presentation(surface, number, https))
        idle()
        val intent = assertNotNull(shadowOf(host.get()).nextStartedActivity)
        assertEquals(StepUpSurfaceActivity::class.java.name, intent.component?.className)
        assertFalse(intent.extras.toString().contains("klarna.com"), "the system keeps intents; the address is secret")
        assertEquals(0, intent.flags and Intent.FLAG_ACTIVITY_NEW_TASK, "in the app's own task")
        return Robolectric.buildActivity(StepUpSurfaceActivity::class.java, intent).apply(made)
    }

    private fun tabOf(surface: ActivityController<StepUpSurfaceActivity>): ShadowActivity.IntentForResult =
        assertNotNull(nextTab(surface), "a tab is started for its result")

    /** Robolectric keeps one list for the whole app; what is not for a result has another number. */
    private fun nextTab(surface: ActivityController<StepUpSurfaceActivity>): ShadowActivity.IntentForResult? =
        generateSequence { shadowOf(surface.get()).nextStartedActivityForResult }.firstOrNull { it.requestCode >= 0 }

    private fun result(surface: ActivityController<StepUpSurfaceActivity>, tab: ShadowActivity.IntentForResult, code: Int, data: Intent? = null) =
        shadowOf(surface.get()).receiveResult(tab.intent, code, data)

    private fun link(uri: String) = Intent().setData(Uri.parse(uri))

    private fun extras(intent: Intent): Map<String, Any?> {
        val extras = intent.extras ?: Bundle.EMPTY
        @Suppress("DEPRECATION")
        return extras.keySet().associateWith { extras.get(it) }
    }

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

    @Test
    fun `a tab that the customer closes`() {
        val surface = present(Surface.CUSTOM_TAB)
        surface.pause().stop()
        result(surface, tabOf(surface), Activity.RESULT_CANCELED)
        assertEquals(listOf("presented a 1", "closed a 1 null"), shell.take())
        assertTrue(surface.get().isFinishing)
        surface.start().resume()
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(5))
        assertEquals(emptyList(), shell.take(), "told once")
    }

    @Test
    fun `a link as the tab's result`() {
        val surface = present(Surface.AUTH_TAB)
        result(surface, tabOf(surface), Activity.RESULT_OK, link("shop-done://klarna/done?stepup=x"))
        assertEquals(listOf("presented a 1", "closed a 1 shop-done://klarna/done?stepup=x"), shell.take())
    }

    @Test
    fun `a result that is too long, or has more in it, is only the end of the tab`() {
        val more = link("shop-done://klarna/done").putExtra("bomb", ReturnTest.Bomb())
        val long = link("shop-done://klarna/done?" + "x".repeat(1_000_000))
        for ((data, told) in listOf(more to "shop-done://klarna/done", long to "null", null to "null")) {
            ReturnTest.Bomb.unpacked = false
            val surface = present(Surface.AUTH_TAB)
            result(surface, tabOf(surface), Activity.RESULT_OK, data)
            assertEquals(listOf("presented a 1", "closed a 1 $told"), shell.take())
            assertFalse(ReturnTest.Bomb.unpacked)
        }
    }

    @Test
    fun `a tab that could not verify the https address is not used for one again`() {
        OtherApps(app).verified("shop.example")
        val https = ReturnLinks("https://shop.example/klarna/back", "https://shop.example/klarna/done")
        val device = AndroidDevice(app, https, debuggable = true)
        for (code in listOf(2, 3)) {
            AndroidDevice.authTabCannotVerify = false
            assertEquals(listOf(Surface.AUTH_TAB, Surface.CUSTOM_TAB, Surface.BROWSER), device.facts().surfaces)
            val surface = present(Surface.AUTH_TAB, https = true)
            result(surface, tabOf(surface), code)
            assertEquals(listOf("presented a 1", "closed a 1 null"), shell.take())
            assertEquals(listOf(Surface.CUSTOM_TAB, Surface.BROWSER), device.facts().surfaces)
        }
    }

    @Test
    fun `a tab that was made small gives no result, and is taken for closed when that lasts`() {
        val surface = present(Surface.CUSTOM_TAB)
        surface.pause().resume()
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(299))
        assertEquals(listOf("presented a 1"), shell.take())
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(1))
        assertEquals(listOf("closed a 1 null"), shell.take())
        assertTrue(surface.get().isFinishing, "what is translucent would swallow all touches of the app's own screen")
    }

    @Test
    fun `a device that resumes twice in passing`() {
        val surface = present(Surface.CUSTOM_TAB)
        surface.pause().resume().pause()
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(5))
        surface.resume().pause().resume()
        result(surface, tabOf(surface), Activity.RESULT_CANCELED)
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(5))
        assertEquals(listOf("presented a 1", "closed a 1 null"), shell.take())
    }

    @Test
    fun `turned, or in another language - one tab, and its end is noticed`() {
        val surface = present(Surface.CUSTOM_TAB)
        val tab = tabOf(surface)
        surface.recreate()
        assertNull(nextTab(surface), "it is not opened twice")
        shell.take()
        surface.pause().stop()
        surface.get().finishedBy(tab)
        assertEquals(listOf("closed a 1 null"), shell.take())
    }

    /** "Don't keep activities", or too little memory: the activity is gone while the tab is up, and made anew when it ends. */
    @Test
    fun `an activity that the system destroyed under the tab`() {
        val surface = present(Surface.CUSTOM_TAB)
        val tab = tabOf(surface)
        val again = remade(surface)
        again.start().restoreInstanceState(Bundle())
        again.get().finishedBy(tab)
        assertEquals(listOf("presented a 1", "closed a 1 null"), shell.take())
        assertTrue(again.get().isFinishing)
    }

    @Test
    fun `a process that died under the tab - its end waits for the client of the next`() {
        val surface = present(Surface.AUTH_TAB)
        val tab = tabOf(surface)
        Wiring.disconnect(shell)
        val again = remade(surface)
        again.get().finishedBy(tab, Activity.RESULT_OK, link("shop-done://klarna/done"))
        val next = Recorder()
        Wiring.connect(next)
        assertEquals(listOf("closed a 1 shop-done://klarna/done"), next.take())
        Wiring.disconnect(next)
    }

    @Test
    fun `an activity whose process died before the tab was up ends, and opens nothing`() {
        platform.presenter.present(presentation(Surface.CUSTOM_TAB))
        idle()
        val intent = assertNotNull(shadowOf(host.get()).nextStartedActivity)
        Wiring.disconnect(shell)
        val surface = Robolectric.buildActivity(StepUpSurfaceActivity::class.java, intent).create()
        assertTrue(surface.get().isFinishing)
        assertNull(nextTab(surface))
    }

    @Test
    fun `a tab that the core takes away`() {
        val surface = present(Surface.CUSTOM_TAB)
        surface.pause().stop()
        platform.presenter.dismiss("a", 1u)
        idle()
        val closing = assertNotNull(closing(surface))
        assertTrue(closing.flags and Intent.FLAG_ACTIVITY_CLEAR_TOP != 0, "whatever is above it goes")
        assertTrue(closing.flags and Intent.FLAG_ACTIVITY_SINGLE_TOP != 0, "the same activity, not a new one")
        surface.newIntent(closing)
        assertTrue(surface.get().isFinishing)
        assertNull(Wiring.tab)
        assertEquals(listOf("presented a 1"), shell.take(), "nobody has to be told what they asked for")
    }

    @Test
    fun `a tab whose activity the system destroyed can be taken away too`() {
        val surface = present(Surface.CUSTOM_TAB)
        surface.pause().stop().saveInstanceState(Bundle()).destroy()
        host.pause().stop().destroy()
        assertNotNull(nextTab(surface))
        platform.presenter.dismiss("a", 1u)
        idle()
        val closing = assertNotNull(closing(surface))
        assertNull(Wiring.tab, "or the app would never be in the background again")
        assertTrue(closing.flags and Intent.FLAG_ACTIVITY_NEW_TASK != 0, "from outside of an activity")
        val fresh = Robolectric.buildActivity(StepUpSurfaceActivity::class.java, closing).create()
        assertTrue(fresh.get().isFinishing, "it was not there, and is not kept")
        assertEquals(listOf("presented a 1"), shell.take().filter { it.startsWith("presented") || it.startsWith("closed") })
    }

    @Test
    fun `a presentation that is over cannot take away the next`() {
        val surface = present(Surface.CUSTOM_TAB, number = 2u)
        platform.presenter.dismiss("a", 1u)
        platform.presenter.dismiss("b", 2u)
        idle()
        tabOf(surface)
        assertNull(closing(surface))
        assertFalse(surface.get().isFinishing)
    }

    private fun closing(surface: ActivityController<StepUpSurfaceActivity>): Intent? =
        generateSequence { shadowOf(surface.get()).nextStartedActivity }.firstOrNull {
            it.component?.className == StepUpSurfaceActivity::class.java.name
        }

    /** Saves, goes through a parcel as between two processes, and makes another. */
    private fun remade(surface: ActivityController<StepUpSurfaceActivity>): ActivityController<StepUpSurfaceActivity> {
        val saved = Bundle()
        surface.pause().stop().saveInstanceState(saved).destroy()
        assertFalse(saved.toString().contains("klarna.com"))
        return Robolectric.buildActivity(StepUpSurfaceActivity::class.java, surface.intent).create(saved)
    }

    /** The result of a tab that another instance had started. */
    private fun StepUpSurfaceActivity.finishedBy(
        tab: ShadowActivity.IntentForResult,
        code: Int = Activity.RESULT_CANCELED,
        data: Intent? = null,
    ) {
        @Suppress("DEPRECATION")
        shadowOf(this).callOnActivityResult(tab.requestCode, code, data)
    }

    private companion object {
        const val JOURNEY = "https://pay.klarna.com/eu/requests/6bbf6775-0000/start?token=secret#x"
    }
}
