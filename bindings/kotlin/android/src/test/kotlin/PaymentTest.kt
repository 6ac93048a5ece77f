package dev.klarnastepup.android

import android.app.Activity
import android.app.Application
import android.content.Intent
import android.content.pm.ApplicationInfo
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Looper
import android.view.View
import dev.klarnastepup.AttemptState
import dev.klarnastepup.Environment
import dev.klarnastepup.Finding
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.NotStartedReason
import dev.klarnastepup.Order
import dev.klarnastepup.Outcome
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.StepUpConfig
import dev.klarnastepup.StepUpException
import dev.klarnastepup.WaitingView
import dev.klarnastepup.handle
import dev.klarnastepup.pay
import java.io.File
import java.nio.file.Files
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config

/**
 * Whole payments: the app's call, the façade, the library, the shell and the sandbox, with nothing between them replaced but the browser.
 */
@RunWith(RobolectricTestRunner::class)
class PaymentTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val world = World()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private val states = LinkedBlockingQueue<AttemptState>()
    private val main by lazy { Robolectric.buildActivity(Activity::class.java).setup() }
    private val waiting by lazy { WaitingView(main.get()).also { main.get().setContentView(it) } }
    private val journal = Files.createTempDirectory("journal").toFile()
    private val client by lazy {
        StepUpClient(
            app,
            StepUpConfig(
                world.backend,
                ReturnLinks("shop://klarna/back", "shop-done://klarna/done"),
                Environment.Sandbox(),
                redirectHosts = listOf("127.0.0.1"),
                journalDirectory = journal,
            ),
        )
    }

    @BeforeTest
    fun begin() {
        client
        main
        scope.launch { client.states.collect { states += it } }
    }

    @AfterTest
    fun end() {
        scope.cancel()
        client.close()
        Wiring.tab?.let { Wiring.gone(it.key) }
        Wiring.surfaceActivity?.let(Wiring::destroyed)
        world.close()
        journal.deleteRecursively()
    }

    private fun order(reference: String) =
        Order(
            reference,
            """{"reference": "$reference", "amount": 11800, "currency": "USD", "reply": "klarna",
                "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
                "customer": {"email": "customer@email.us"}}""",
        )

    /** The customer's finger, once the button is there. */
    private fun press(label: String) {
        val texts = ArrayList<View>()
        eventually(label) {
            texts.clear()
            waiting.findViewsWithText(texts, label, View.FIND_VIEWS_WITH_TEXT)
            texts.singleOrNull { it.isShown }
        }.performClick()
    }

    private fun pay(reference: String): Deferred<Outcome> {
        waiting.follow(client, reference)
        return scope.async { client.pay(main.get(), order(reference)) }
    }

    /** Lets the main thread run until there is one; nothing here takes longer than the backend. */
    private fun <T : Any> eventually(what: String, look: () -> T?): T {
        val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30)
        val pause = Semaphore(0)
        while (System.nanoTime() < deadline) {
            shadowOf(Looper.getMainLooper()).idle()
            look()?.let { return it }
            pause.tryAcquire(5, TimeUnit.MILLISECONDS)
        }
        error("$what never came; the states were ${states.toList()}, the wire ${world.wire()}")
    }

    private fun nextActivity(what: String): Intent = eventually(what) { shadowOf(app).nextStartedActivity }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun Deferred<Outcome>.eventually(): Outcome = eventually("the outcome") { takeIf { it.isCompleted }?.getCompleted() }

    /** What the system does when the shell starts its activity: makes it, covers the app's, and opens the tab. */
    private fun tab(): Pair<ActivityController<StepUpSurfaceActivity>, Intent> {
        val surface = Robolectric.buildActivity(StepUpSurfaceActivity::class.java, nextActivity("the surface"))
        main.pause()
        surface.setup()
        main.stop()
        val tab = nextActivity("the tab")
        surface.pause().stop()
        return surface to tab
    }

    /** The browser ends: its result, then whoever lies below. */
    private fun end(surface: ActivityController<StepUpSurfaceActivity>, tab: Intent, code: Int, link: String? = null) {
        surface.restart().start()
        shadowOf(surface.get()).receiveResult(tab, code, link?.let { Intent().setData(Uri.parse(it)) })
        surface.resume()
        assertTrue(surface.get().isFinishing)
        main.restart().start().resume()
        surface.pause().stop().destroy()
    }

    /** Another app opens the link: the system finds out who takes it. */
    private fun open(link: String): StepUpReturnActivity {
        val intent = Intent(Intent.ACTION_VIEW, Uri.parse(link)).addCategory(Intent.CATEGORY_BROWSABLE)
        val taker = app.packageManager.resolveActivity(intent, PackageManager.MATCH_DEFAULT_ONLY)?.activityInfo?.name
        assertEquals(StepUpReturnActivity::class.java.name, taker)
        val returning = Robolectric.buildActivity(StepUpReturnActivity::class.java, intent)
        shadowOf(returning.get()).setIsTaskRoot(false)
        val activity = returning.create().get()
        assertTrue(activity.isFinishing)
        return activity
    }

    @Test
    fun `in an Auth Tab, whose result is the link`() {
        OtherApps(app).browser("com.android.chrome", authTab = true, default = true)
        val paying = pay("1")
        val (surface, tab) = tab()
        assertEquals("shop-done", tab.getStringExtra(TabIntents.REDIRECT_SCHEME))
        end(surface, tab, Activity.RESULT_OK, world.approve(assertNotNull(tab.dataString)))
        assertIs<Outcome.Approved>(paying.eventually())
        assertEquals(1, world.transactions())
    }

    @Test
    fun `in a Custom Tab, whose link comes to the app, before it the one in mid-journey`() {
        OtherApps(app).browser("org.mozilla.firefox", default = true)
        val paying = pay("2")
        val (surface, tab) = tab()
        open("shop://klarna/back")
        assertFalse(surface.get().isFinishing, "the tab stays")
        val returning = open(world.approve(assertNotNull(tab.dataString)))
        val closing = eventually("the close") { shadowOf(returning).nextStartedActivity }
        surface.restart().newIntent(closing)
        assertTrue(surface.get().isFinishing)
        assertIs<Outcome.Approved>(paying.eventually())
        assertEquals(1, world.transactions())
    }

    @Test
    fun `the customer pays, and closes the tab before the link`() {
        OtherApps(app).browser("com.android.chrome", default = true)
        val paying = pay("3")
        val (surface, tab) = tab()
        world.approve(assertNotNull(tab.dataString))
        end(surface, tab, Activity.RESULT_CANCELED)
        assertIs<Outcome.Approved>(paying.eventually(), "a closed tab is no canceled payment")
    }

    @Test
    fun `in the browser, with the app in the background`() {
        OtherApps(app).browser("plain.browser", tabs = false)
        val paying = pay("4")
        val page = nextActivity("the page")
        main.pause().stop()
        val link = world.approve(assertNotNull(page.dataString))
        open(link)
        main.restart().start().resume()
        assertIs<Outcome.Approved>(paying.eventually())
        assertIs<LinkDisposition.Late>(client.handle(Uri.parse(link)))
    }

    @Test
    fun `the customer goes back, and goes on with the same request`() {
        OtherApps(app).browser("com.android.chrome", default = true)
        val paying = pay("5")
        val (surface, tab) = tab()
        val first = assertNotNull(tab.dataString)
        end(surface, tab, Activity.RESULT_CANCELED)
        press("Continue with Klarna")
        val (again, secondTab) = tab()
        assertEquals(first, secondTab.dataString)
        world.approve(first)
        end(again, secondTab, Activity.RESULT_CANCELED)
        assertIs<Outcome.Approved>(paying.eventually())
        assertEquals(1, world.wire().count { it == "start" })
    }

    @Test
    fun `the customer goes back, and chooses another method`() {
        OtherApps(app).browser("com.android.chrome", default = true)
        val paying = pay("9")
        val (surface, tab) = tab()
        end(surface, tab, Activity.RESULT_CANCELED)
        press("Use another method")
        assertIs<Outcome.Canceled>(paying.eventually())
        assertEquals("cancel", world.wire().last { it != "status" })
        eventually("the end of the waiting screen") { waiting.takeIf { it.visibility == View.GONE } }
    }

    @Test
    fun `no browser at all - nothing is started`() {
        val outcome = assertIs<Outcome.NotStarted>(pay("6").eventually())
        assertEquals(NotStartedReason.NoBrowser, outcome.reason)
        assertEquals(emptyList(), world.wire())
    }

    @Test
    fun `by the platform's HTTP, as in the slim flavour`() {
        OtherApps(app).browser("com.android.chrome", default = true)
        val named = shadowOf(app.packageManager).getInternalMutablePackageInfo(app.packageName).applicationInfo
        assertNotNull(named?.metaData).putString("dev.klarnastepup.transport", "platform")
        try {
            val paying = pay("7")
            val (surface, tab) = tab()
            world.approve(assertNotNull(tab.dataString))
            end(surface, tab, Activity.RESULT_CANCELED)
            assertIs<Outcome.Approved>(paying.eventually())
            assertTrue(threads().any { it == "stepup-http" })
        } finally {
            named?.metaData?.putString("dev.klarnastepup.transport", "library")
        }
    }

    @Test
    fun `the doctor finds the placeholder, and has the line to paste`() {
        OtherApps(app).browser("com.android.chrome", default = true)
        assertEquals(listOf("all-well"), examined(client).map { it.code })
        val wrong = ReturnLinks("store://klarna/back", "store-done://klarna/done")
        StepUpClient(app, StepUpConfig(world.backend, wrong, Environment.Sandbox(), journalDirectory = File(journal, "2"))).use {
            val found = examined(it).first { finding -> finding.code == "link-not-in-manifest" }
            assertEquals(Finding.Level.BROKEN, found.level)
            val line = "manifestPlaceholders += [stepUpScheme: \"store\", stepUpHost: \"klarna\", stepUpPath: \"/\"]"
            assertTrue(line in found.fix, found.fix)
        }
    }

    @Test
    fun `a release build refuses the sandbox`() {
        val debug = app.applicationInfo.flags
        app.applicationInfo.flags = debug and ApplicationInfo.FLAG_DEBUGGABLE.inv()
        try {
            val refused =
                assertFailsWith<StepUpException.Configuration> {
                    StepUpClient(app, StepUpConfig(world.backend, ReturnLinks("shop://klarna"), Environment.Sandbox()))
                }
            assertEquals("environment", refused.field)
        } finally {
            app.applicationInfo.flags = debug
        }
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun examined(client: StepUpClient): List<Finding> {
        val findings = scope.async { client.doctor() }
        return eventually("the findings") { findings.takeIf { it.isCompleted }?.getCompleted() }
    }

    /** Robolectric's main thread is the test's. Whatever the app, or the system, calls on it, is called here. */
    @Test
    @Config(sdk = [34])
    fun `a whole payment touches neither disk nor network on the main thread`() {
        OtherApps(app).browser("com.android.chrome", default = true)
        val offences =
            MainThreadGuard.watch(Thread.currentThread()) {
                val other = StepUpClient(app, StepUpConfig(world.backend, ReturnLinks("shop://klarna/back"), Environment.Sandbox()))
                other.close()
                val paying = pay("8")
                val (surface, tab) = tab()
                open("shop://klarna/back")
                world.approve(assertNotNull(tab.dataString))
                end(surface, tab, Activity.RESULT_CANCELED)
                assertIs<Outcome.Approved>(paying.eventually())
            }
        assertEquals(emptyList(), offences)
    }

    @Test
    @Config(sdk = [34])
    fun `the guard notices`() {
        val offences = MainThreadGuard.watch(Thread.currentThread()) {
            AndroidPlatform(app, ReturnLinks("shop://klarna")).journalDirectory()
        }
        assertTrue(offences.any { "journalDirectory" in it }, offences.toString())
    }

    private fun threads(): List<String> = Thread.getAllStackTraces().keys.map { it.name }
}
