package dev.klarnastepup.demo

import android.content.Context
import android.os.Looper
import java.io.File
import java.util.concurrent.TimeUnit
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import org.junit.runner.JUnitCore
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/**
 * The process dies while the customer is on Klarna's page: it really does, in a JVM of its own, and this one begins with what it left on its
 * disk.
 */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], application = Reborn::class)
class DeathTest {
    private val phone = Phone()

    @AfterTest
    fun end() {
        phone.close()
        Reborn.world.close()
    }

    @Test
    fun `a payment that a dead process began is found, gone on with, and paid once`() {
        phone.installBrowser()
        phone.launch()
        phone.shows("One payment is not finished")
        phone.tap("One payment")
        phone.tap("Continue with Klarna")
        val tab = phone.tab()
        assertEquals(Reborn.journey, tab.dataString, "the same payment request")
        phone.end(tab, Reborn.world.approve(assertNotNull(tab.dataString)))
        phone.shows("Thank you!")
        assertEquals(1, Reborn.world.transactions())
        assertEquals(1, Reborn.world.wire().count { it.getString("endpoint") == "start" })
    }
}

/** The application of the second process: the phone's disk is as the first one left it. */
internal class Reborn : DemoApplication() {
    override fun attachBaseContext(base: Context) {
        world = World()
        val left = File.createTempFile("first-life", "").apply { delete() }
        val java = File(System.getProperty("java.home"), "bin/java").path
        val handedOn = System.getProperties().stringPropertyNames().filter { it.startsWith("robolectric.") || it.startsWith("jna.library") || it.startsWith("demo.") }
        val command =
            listOf(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")) +
                handedOn.map { "-D$it=${System.getProperty(it)}" } +
                listOf("-Ddemo.link=${world.link}", "-Ddemo.left=$left", JUnitCore::class.java.name, FirstLife::class.java.name)
        val log = File.createTempFile("first-life", ".log")
        val first = ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start()
        check(first.waitFor(DEADLINE_S, TimeUnit.SECONDS)) { "the first process still lives" }
        check(first.exitValue() == FirstLife.KILLED) { "the first process ended otherwise than meant: ${log.readText()}" }
        log.delete()
        journey = File(left, FirstLife.JOURNEY).readText()
        File(left, FirstLife.DISK).copyRecursively(base.dataDir, overwrite = true)
        left.deleteRecursively()
        super.attachBaseContext(base)
    }

    companion object {
        lateinit var world: World

        /** The address that the dead process had opened. */
        lateinit var journey: String
        private const val DEADLINE_S = 120L
    }
}

/** What the first process does; it is no test of its own, and does not return. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34])
class FirstLife {
    @Test
    fun `begins a payment and dies`() {
        val phone = Phone()
        phone.installBrowser()
        phone.launch()
        phone.follow(System.getProperty("demo.link"))
        phone.tap("Use this sandbox")
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        // The tab is up: the customer is away, and the system wants the memory.
        shadowOf(Looper.getMainLooper()).idle()
        val left = File(System.getProperty("demo.left"))
        phone.app.dataDir.copyRecursively(File(left, DISK))
        File(left, JOURNEY).writeText(assertNotNull(tab.dataString))
        Runtime.getRuntime().halt(KILLED)
    }

    companion object {
        const val KILLED = 137
        const val DISK = "disk"
        const val JOURNEY = "journey"
    }
}
