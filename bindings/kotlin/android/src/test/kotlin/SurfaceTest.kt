package dev.klarnastepup.android

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.os.Looper
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.ffi.Surface
import java.time.Duration
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** How tabs end, and the activity that lies below them. */
@RunWith(RobolectricTestRunner::class)
internal class SurfaceTest : SurfaceStage() {
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
            val fallback = ReturnLinks("https://other.example/back", fallbackScheme = "shop")
            val other = AndroidDevice(app, fallback, debuggable = true).facts().surfaces
            assertEquals(Surface.AUTH_TAB, other.first(), "where the links have a scheme, there is nothing to verify")
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
        again.start()
        again.get().finishedBy(tab)
        assertEquals(listOf("presented a 1", "closed a 1 null"), shell.take())
        assertTrue(again.get().isFinishing)
    }

    @Test
    fun `an activity that was made anew, and lies open without a result`() {
        val again = remade(present(Surface.CUSTOM_TAB)).start().resume()
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(300))
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
}
