package dev.klarnastepup

import java.io.BufferedReader
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir

/** Process death as the system does it: one JVM is killed right after it wrote its journal, and a second one begins on what it left. */
@Timeout(120)
class DeathTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `a payment survives the death of the process after any write of its journal`() {
        var writes = 0
        while (killedAfterWrite(writes + 1)) writes += 1
        assertTrue(writes >= 4, "only $writes")
        println("killed after each of $writes writes of the journal, and paid once each time")
    }

    /** False: there are not so many writes in a payment. */
    private fun killedAfterWrite(nth: Int): Boolean = World().use { world ->
        val journal = folder.resolve("$nth")
        val killed = App(world, journal).use { it.pay(killAfterWrite = nth) } == "killed"
        if (killed) {
            var told = App(world, journal).use { it.pay() }
            // Where the start had not left yet, the backend has closed it: paying again is safe, and is what the customer does.
            if (told == "canceled") told = App(world, journal).use { it.pay() }
            assertEquals("approved", told, "killed after write $nth")
        }
        assertEquals(listOf(World.Payment("COMPLETED", 1)), world.klarna(), "killed after write $nth")
        killed
    }

    /** A phone process, and the customer in front of it. */
    private class App(private val world: World, journal: Path) : AutoCloseable {
        private val process: Process =
            ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djna.library.path=${System.getProperty("jna.library.path")}",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.klarnastepup.phone.MainKt",
            ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        private val reports: BufferedReader = process.inputStream.bufferedReader()

        init {
            tell("configure") {
                put("backend", world.backend)
                put("handover", "shop://klarna/back")
                put("completion", "shopdone://klarna/done")
                put("journal", journal.toString())
                put("surfaces", JsonArray(listOf(JsonPrimitive("auth-tab"))))
            }
        }

        /** What the app was told, once it has acknowledged it; `killed` if it was. */
        fun pay(killAfterWrite: Int = 0): String {
            if (killAfterWrite > 0) {
                tell("hold-at") {
                    put("effect", "Persist")
                    put("when", "after")
                    put("nth", killAfterWrite)
                }
            }
            tell("pay") {
                put("call", 1)
                put(
                    "order",
                    buildJsonObject {
                        put("reference", "42")
                        put("json", CART)
                    },
                )
            }
            var told = ""
            while (true) {
                val report = Json.parseToJsonElement(reports.readLine() ?: error("the phone is gone")).jsonObject
                when (report.text("what")) {
                    "present" -> walk(report)
                    "outcome" -> {
                        // What an earlier process was owed comes by the stream, and is not what this call was told.
                        if (report.text("via") == "call") told = report.text("outcome")
                        tell("acknowledge") { put("outcome", report.text("id")) }
                        // The last writes are those of the acknowledgement: only who waits to be killed waits for them.
                        if (told.isNotEmpty() && killAfterWrite == 0) return told
                    }
                    "held" -> return "killed".also { process.destroyForcibly().waitFor(10, TimeUnit.SECONDS) }
                    "step" -> if (told.isNotEmpty() && report.text("effect") == "Forget" && report.text("when") == "after") return told
                    "refused" -> error(report.text("error"))
                }
            }
        }

        private fun walk(shown: JsonObject) {
            val link = world.approve(shown.text("url"))
            tell("surface-closed") {
                put("attempt", shown.text("attempt"))
                put("number", shown.getValue("number").jsonPrimitive)
                put("uri", link)
            }
        }

        private fun tell(command: String, fields: kotlinx.serialization.json.JsonObjectBuilder.() -> Unit) {
            val line = buildJsonObject {
                put("do", command)
                fields()
            }
            process.outputStream.write("$line\n".encodeToByteArray())
            process.outputStream.flush()
        }

        override fun close() {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)
        }
    }

    private companion object {
        const val CART =
            """{"reference": "42", "amount": 11800, "currency": "USD", "reply": "klarna",
                "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
                "customer": {"email": "customer@email.us"}}"""
    }
}
