package dev.klarnastepup.android

import android.app.Activity
import android.app.ActivityManager
import android.app.Application
import android.content.Intent
import android.net.Uri
import android.os.Looper
import dev.klarnastepup.AttemptId
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.ReturnLinks
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertSame
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowAppTask

/** Foreground, background, what to present from, and what a link does to the screen. */
@RunWith(RobolectricTestRunner::class)
class VisibilityTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val shell = Recorder()
    private val visibility by lazy { Visibility(app, shell).also { it.begin() } }
    private val tab = Wiring.Key("a", 1u)

    @AfterTest
    fun end() {
        visibility.end()
        Wiring.gone(tab)
        Wiring.disconnect(shell)
    }

    private fun activity() = Robolectric.buildActivity(Activity::class.java)

    private fun idle() = shadowOf(Looper.getMainLooper()).idle()

    private fun view(uri: String) = Intent(Intent.ACTION_VIEW, Uri.parse(uri))

    @Test
    fun `home and back`() {
        visibility
        val main = activity().setup()
        assertEquals(listOf("host"), shell.take())
        main.pause().stop()
        assertEquals(listOf("no host", "background"), shell.take())
        main.restart().start().resume()
        assertEquals(listOf("host", "foreground"), shell.take())
    }

    @Test
    fun `from one screen of the app to another`() {
        visibility
        val first = activity().setup()
        shell.take()
        first.pause()
        val second = activity().setup()
        first.stop()
        assertEquals(emptyList(), shell.take())
        assertSame(second.get(), visibility.host())
        second.pause()
        first.restart().start().resume()
        second.stop().destroy()
        assertEquals(emptyList(), shell.take())
        assertSame(first.get(), visibility.host())
    }

    @Test
    fun `turning the phone is no going away`() {
        visibility
        val main = activity().setup()
        main.recreate()
        assertEquals(emptyList(), shell.take() - setOf("host", "no host"))
        assertSame(main.get(), visibility.host())
    }

    @Test
    fun `some devices resume twice`() {
        visibility
        val main = activity().setup()
        main.pause().stop().restart().start().resume().pause().resume()
        assertEquals(listOf("host", "no host", "background", "host", "foreground"), shell.take())
    }

    @Test
    fun `a tab of ours on top is not background, what it leaves behind when it ends is`() {
        visibility
        Wiring.connect(shell)
        val main = activity().setup()
        Wiring.presented(tab, main.get())
        shell.take()
        main.pause().stop()
        assertEquals(listOf("no host"), shell.take())
        main.restart().start().resume()
        Wiring.gone(tab)
        main.pause().stop()
        assertEquals(listOf("host", "no host", "background"), shell.take())
    }

    @Test
    fun `our own activities are the app, but nothing to present from`() {
        visibility
        val surface = Robolectric.buildActivity(StepUpSurfaceActivity::class.java).create().start()
        assertEquals(emptyList(), shell.take())
        assertNull(visibility.host())
        surface.stop()
        assertEquals(listOf("background"), shell.take())
    }

    @Test
    fun `an activity that was there before the client`() {
        val main = activity().setup()
        visibility.offer(main.get())
        assertEquals(listOf("host"), shell.take())
        assertSame(main.get(), visibility.host())
        main.pause().stop()
        assertEquals(listOf("no host", "background"), shell.take())
    }

    @Test
    fun `an activity that is about to end is not presented from`() {
        val main = activity().setup()
        main.get().finish()
        visibility.offer(main.get())
        assertNull(visibility.host())
    }

    @Test
    fun `a process without a screen begins in the background`() {
        val state =
            ActivityManager.RunningAppProcessInfo().apply {
                pid = android.os.Process.myPid()
                importance = ActivityManager.RunningAppProcessInfo.IMPORTANCE_CACHED
            }
        shadowOf(app.getSystemService(ActivityManager::class.java)).setProcesses(listOf(state))
        visibility
        assertEquals(listOf("background"), shell.take())
    }

    @Test
    fun `a handover link in the app's task only uncovers what lies below`() {
        shell.links = { LinkDisposition.Handover(AttemptId("a")) }
        visibility
        Wiring.connect(shell)
        val main = activity().setup()
        Wiring.presented(tab, main.get())
        shell.take()
        repeat(2) { arrive("shop://klarna/back") }
        assertEquals(listOf("link shop://klarna/back", "link shop://klarna/back"), shell.take())
        assertNull(shadowOf(app).nextStartedActivity)
        assertNotNull(Wiring.tab, "the tab stays")
    }

    @Test
    fun `a completion link closes the tab, once`() {
        shell.links = { LinkDisposition.Completion(AttemptId("a")) }
        visibility
        Wiring.connect(shell)
        val main = activity().setup()
        Wiring.presented(tab, main.get())
        val returning = arrive("shop-done://klarna/done")
        val closing = assertNotNull(shadowOf(returning).nextStartedActivity)
        assertEquals(StepUpSurfaceActivity::class.java.name, closing.component?.className)
        assertTrue(closing.flags and Intent.FLAG_ACTIVITY_CLEAR_TOP != 0)
    }

    /** The process lives on, its task is gone: the customer went back out of the app, or swiped it away. */
    @Test
    fun `a link to an app without a task begins it from its start`() {
        shell.links = { LinkDisposition.Accepted }
        val launcher = OtherApps(app).launcher()
        visibility
        Wiring.connect(shell)
        activity().setup().pause().stop().destroy()
        val returning = Robolectric.buildActivity(StepUpReturnActivity::class.java, view("shop://klarna/back")).create()
        assertTrue(returning.get().isTaskRoot)
        assertEquals(launcher, shadowOf(app).nextStartedActivity?.component)
    }

    @Test
    fun `a completion link of another attempt leaves the tab alone`() {
        shell.links = { LinkDisposition.Completion(AttemptId("b")) }
        visibility
        Wiring.connect(shell)
        Wiring.presented(tab, activity().setup().get())
        arrive("shop-done://klarna/done")
        assertNull(shadowOf(app).nextStartedActivity)
        assertNotNull(Wiring.tab)
    }

    /**
     * The app was opened from another app, or has several tasks: the one with the tab comes to the front, not the one that the link came
     * to.
     */
    @Test
    fun `a link that comes to another task than the tab's`() {
        shell.links = { LinkDisposition.Completion(AttemptId("a")) }
        visibility
        Wiring.connect(shell)
        val main = Robolectric.buildActivity(InTaskSeven::class.java).setup()
        Wiring.presented(tab, main.get())
        val tasks = listOf(3, 7).associateWith(::task)
        shadowOf(app.getSystemService(ActivityManager::class.java)).setAppTasks(tasks.values.toList())
        arrive("shop-done://klarna/done")
        assertEquals(listOf(false, true), tasks.values.map { shadowOf(it).hasMovedToFront() })
        assertNull(shadowOf(app).nextStartedActivity, "the tab is not below: the core has it taken away")
    }

    class InTaskSeven : Activity() {
        override fun getTaskId(): Int = 7
    }

    private fun task(number: Int): ActivityManager.AppTask =
        ShadowAppTask.newInstance().also {
            val info = ActivityManager.RecentTaskInfo()
            @Suppress("DEPRECATION")
            info.id = number
            shadowOf(it).setTaskInfo(info)
        }

    @Test
    fun `links before and after the resume, the tab's end between them`() {
        shell.links = { LinkDisposition.Handover(AttemptId("a")) }
        visibility
        Wiring.connect(shell)
        val main = activity().setup()
        main.pause().stop()
        shell.take()
        arrive("shop://klarna/back?1")
        main.restart().start().resume()
        Wiring.closed(tab, null)
        arrive("shop://klarna/back?2")
        idle()
        assertEquals(
            listOf("link shop://klarna/back?1", "host", "foreground", "closed a 1 null", "link shop://klarna/back?2"),
            shell.take(),
        )
    }

    /** On top of the app's task. */
    private fun arrive(uri: String): StepUpReturnActivity {
        val returning = Robolectric.buildActivity(StepUpReturnActivity::class.java, view(uri))
        shadowOf(returning.get()).setIsTaskRoot(false)
        return returning.create().get()
    }

    @Test
    fun `the client's platform says what the phone can do`() {
        val platform = AndroidPlatform(app, ReturnLinks("shop://klarna/back"))
        assertEquals(java.io.File(app.noBackupFilesDir, "dev.klarnastepup"), platform.journalDirectory())
        assertEquals(emptyList(), platform.device().surfaces)
        platform.observe(shell)
        idle()
        platform.close()
    }
}
