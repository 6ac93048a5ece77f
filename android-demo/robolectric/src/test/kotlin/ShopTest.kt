package dev.klarnastepup.demo

import android.content.Intent
import android.widget.EditText
import android.widget.Switch
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import org.json.JSONObject
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The demo, used by its own buttons against the real library and the real sandbox. */
@RunWith(RobolectricTestRunner::class)
class ShopTest {
    private val world = World()
    private val phone = Phone()

    @BeforeTest
    fun connect() {
        phone.installBrowser()
        phone.launch()
        phone.shows("No backend yet")
        phone.follow(world.link)
        phone.tap("Use this sandbox")
        assertIs<BasketActivity>(phone.top)
    }

    @AfterTest
    fun end() {
        phone.close()
        world.close()
    }

    @Test
    fun `a basket is filled, and paid`() {
        phone.tap("One more Fern in a pot")
        phone.shows("$124.00")
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        phone.end(tab, world.approve(assertNotNull(tab.dataString)))
        phone.shows("Thank you!")
        assertEquals(1, world.transactions())
        phone.until("the whole timeline") { phone.texts().firstOrNull { "Deliver" in it } }
        phone.tap("Back to the shop")
        assertFalse(phone.has("not finished"))
    }

    @Test
    fun `Klarna declines, and another try is offered`() {
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        phone.end(tab, world.deny(assertNotNull(tab.dataString)))
        phone.shows("Klarna said no")
        phone.tap("Try again")
        val again = phone.tab()
        phone.end(again, world.approve(assertNotNull(again.dataString)))
        phone.shows("Thank you!")
        assertEquals(1, world.transactions())
    }

    @Test
    fun `who goes back is asked what to do, and can choose another method`() {
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        phone.end(tab, null)
        phone.shows("Continue with Klarna")
        phone.tap("Use another method")
        phone.shows("You stopped the payment.")
        assertEquals("cancel", world.wire().map { it.getString("endpoint") }.last { it != "status" })
    }

    @Test
    fun `a screen that the system brings back does not pay again`() {
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        phone.end(tab, null)
        phone.shows("Continue with Klarna")
        phone.remake()
        phone.shows("Continue with Klarna")
        phone.until("the timeline") { phone.texts().firstOrNull { "SurfaceClosed" in it } }
        world.approve(assertNotNull(tab.dataString))
        phone.shows("Thank you!")
        assertEquals(1, world.wire().count { it.getString("endpoint") == "start" })
    }

    @Test
    fun `a scenario sets the customer and the faults, and tells the person what to do`() {
        phone.tap("Scenario")
        assertIs<ScenariosActivity>(phone.top)
        val search = phone.top.findViewById<EditText>(ScenariosActivity.SEARCH)
        search.setText("start-doubled")
        phone.tap("start-doubled")
        phone.shows("Scenario: start-doubled")
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        phone.end(tab, world.approve(assertNotNull(tab.dataString)))
        phone.shows("Thank you!")
        assertEquals("double", world.wire().first().getString("fault"))
        assertEquals(1, world.transactions())
        phone.shows("The outcome comes")
    }

    @Test
    fun `every scenario of the sandbox is there, and says what is to be done`() {
        phone.tap("Scenario")
        val files = java.io.File(System.getProperty("demo.root"), "../tests/scenarios").list().orEmpty()
        val names = files.filter { it.endsWith(".json") && it != "schema.json" }.map { it.removeSuffix(".json") }
        phone.until("the list") { phone.texts().filter { it in names }.takeIf { it.size == names.size } }
        for (name in names) {
            val scenario = Scenario(JSONObject(java.io.File(System.getProperty("demo.root"), "../tests/scenarios/$name.json").readText()))
            assertTrue(scenario.script.isNotEmpty(), name)
        }
    }

    @Test
    fun `faults are switched in the sandbox, and shown as they are there`() {
        phone.tap("Test bench")
        phone.tap("Faults")
        phone.shows("All is well.")
        phone.tap("The backend is down")
        phone.tap("Webhooks are lost")
        phone.shows("2 in force")
        assertEquals(listOf("status:503"), world.faults())
        assertTrue(world.at("klarna").getJSONObject("webhook").getBoolean("drop"))
        phone.remake()
        phone.shows("2 in force")
        assertEquals(listOf("The backend is down", "Webhooks are lost"), phone.seen().filterIsInstance<Switch>().filter { it.isChecked }.map { it.text })
        phone.tap("The backend is down")
        phone.shows("1 in force")
        phone.tap("All is well again")
        phone.shows("All is well.")
        assertEquals(emptyList(), world.faults())
        assertFalse(world.at("klarna").getJSONObject("webhook").getBoolean("drop"))
    }

    @Test
    fun `every switch can be turned on and off`() {
        phone.tap("Test bench")
        phone.tap("Faults")
        val switches = phone.until("the switches") { phone.seen().filterIsInstance<Switch>().takeIf { all -> all.all { it.isEnabled } } }
        for (switch in switches) {
            phone.tap(switch.text.toString())
            phone.shows("1 in force")
            assertTrue(switch.isChecked, switch.text.toString())
            phone.tap(switch.text.toString())
            phone.shows("All is well.")
        }
        assertEquals(FaultSwitch.ALL.values.sumOf { it.size }, switches.size)
    }

    @Test
    fun `the doctor names a backend that is not there`() {
        phone.tap("Test bench")
        phone.tap("Doctor")
        phone.shows("all-well")
        phone.back()
        phone.tap("Sandbox")
        phone.top.findViewById<EditText>(SandboxActivity.BACKEND).setText("http://127.0.0.1:9")
        phone.tap("Use this sandbox")
        phone.tap("Doctor")
        phone.shows("Broken")
        phone.tap("Share")
        @Suppress("DEPRECATION")
        val report = phone.started("the share sheet").getParcelableExtra<Intent>(Intent.EXTRA_INTENT)?.getStringExtra(Intent.EXTRA_TEXT)
        assertTrue("BROKEN" in report.orEmpty(), report)
    }

    @Test
    fun `a phone without a browser starts nothing, and another try is offered`() {
        phone.removeBrowser()
        phone.tap("Pay with Klarna")
        phone.shows("This phone has no browser")
        phone.shows("Try again")
        assertEquals(0, world.wire().size)
    }

    @Test
    fun `the trace is shared, and holds no secret`() {
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        phone.end(tab, world.approve(assertNotNull(tab.dataString)))
        phone.shows("Thank you!")
        phone.tap("Share")
        val chooser = phone.started("the share sheet")
        assertEquals(Intent.ACTION_CHOOSER, chooser.action)
        @Suppress("DEPRECATION")
        val send = assertNotNull(chooser.getParcelableExtra<Intent>(Intent.EXTRA_INTENT))
        val trace = assertNotNull(send.getStringExtra(Intent.EXTRA_TEXT))
        assertTrue(JSONObject(trace).getJSONArray("steps").length() > 5, trace)
        for (secret in listOf("http", "stepup=", "/requests/")) assertFalse(secret in trace, "$secret in $trace")
    }

    @Test
    fun `every screen comes back as it was`() {
        val ways =
            mapOf(
                emptyList<String>() to "Total",
                listOf("Test bench") to "Is everything set up",
                listOf("Test bench", "Sandbox") to "Use this sandbox",
                listOf("Test bench", "Scenario") to "happy-url",
                listOf("Test bench", "Faults") to "All is well.",
                listOf("Test bench", "Payments") to "Every payment is finished.",
                listOf("Test bench", "Doctor") to "all-well",
            )
        for ((way, mark) in ways) {
            way.forEach(phone::tap)
            phone.shows(mark)
            val before = phone.texts()
            phone.remake()
            phone.until("$way as it was") { phone.texts().takeIf { it == before } }
            repeat(way.size) { phone.back() }
        }
    }

    @Test
    fun `what is typed is kept when the screen is taken away, and what is wrong is said`() {
        phone.tap("Test bench")
        phone.tap("Sandbox")
        val field = phone.top.findViewById<EditText>(SandboxActivity.BACKEND)
        assertEquals(world.backend, field.text.toString())
        field.setText("http://shop.example")
        phone.remake()
        assertEquals("http://shop.example", phone.top.findViewById<EditText>(SandboxActivity.BACKEND).text.toString())
        phone.tap("Use this sandbox")
        phone.shows("not https")
        assertEquals(world.backend, phone.app.shop.settings.sandbox?.backend, "nothing was changed by it")
    }

    @Test
    fun `a stranger's link changes nothing until a person says so`() {
        phone.follow("klarnastepup-demo://sandbox?backend=https%3A%2F%2Fevil.example")
        assertIs<SandboxActivity>(phone.top)
        assertEquals(world.backend, phone.app.shop.settings.sandbox?.backend)
        phone.back()
        phone.shows("Pay with Klarna")
    }
}
