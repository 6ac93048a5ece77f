package dev.klarnastepup

import dev.klarnastepup.ffi.HostParts
import dev.klarnastepup.ffi.StepUpClient as Core
import dev.klarnastepup.ffi.StepUpException as CoreException
import dev.klarnastepup.ffi.WordMapping
import dev.klarnastepup.testing.ScriptedBackend.RawReply
import dev.klarnastepup.testing.ScriptedBackend.Request
import dev.klarnastepup.testing.StepUpTesting
import java.io.File
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Timeout

/** `replies.json` and `words.json`, every case of them, as answers that a payment gets: what the app is told, asked and shown says how they were read. */
@Timeout(120)
class ReplyVectorsTest {
    /** What every request is answered once the one under test has been: whoever was not settled by that is by this. */
    private val later = RawReply(200, """{"status":"declined","reason":"later"}""")

    @Test
    fun `replies mean what the file says`() = runBlocking {
        val vectors = Vectors("replies.json")
        phone { it.redirectHosts(listOf("pay.provider.example")) }.use { phone ->
            vectors.run("cases") { case ->
                val body = (case["text"]?.jsonPrimitive?.content ?: case.getValue("json").toString()) + " ".repeat(case.number("pad"))
                val reply = RawReply(case.number("http_status"), body)
                val expected = case.getValue("expect").jsonObject
                val ofStart = case.text("answer_to") == "start"
                val payment = Payment(this, phone, case.text("name"), reply, ofStart)
                if (ofStart) payment.checkStart(expected) else payment.checkStatus(expected)
            }
        }
    }

    @Test
    fun `words mean what the file says`() = runBlocking {
        val vectors = Vectors("words.json")
        vectors.run("cases") { case ->
            val table = case.getValue("table").jsonArray.map { it.jsonArray.map { text -> text.jsonPrimitive.content } }
            val words = table.associate { (text, word) -> text to Word.valueOf(word.uppercase()) }
            phone { it.words(words) }.use { phone ->
                if ("refused" in case) {
                    val error = if (words.size == table.size) refused(phone) else refusedAsList(table)
                    assertEquals("words", assertIs<StepUpException.Configuration>(error).field)
                }
                for ((text, word) in case["words"]?.jsonObject.orEmpty()) {
                    val reply = RawReply(200, """{"status":${JsonPrimitive(text)}}""")
                    val payment = Payment(this, phone, "$text of ${case.text("name")}", reply, ofStart = false)
                    payment.checkWord((word as? JsonPrimitive)?.takeIf { it.isString }?.content, JsonObject(emptyMap()))
                }
            }
        }
    }

    private suspend fun refused(phone: StepUpTesting): StepUpException {
        val told = assertIs<Outcome.NotStarted>(phone.client.pay(Order("42", "{}")))
        return assertIs<NotStartedReason.Unusable>(told.reason).error
    }

    /** In Kotlin a map holds each text once, so this cannot be written: the library has the last word all the same. */
    private fun refusedAsList(table: List<List<String>>): StepUpException {
        val words = table.map { (text, word) -> WordMapping(text, Word.valueOf(word.uppercase()).toCore()) }
        val config = StepUpConfig("https://backend.invalid", ReturnLinks("shop://klarna"))
        val core = config.toCore(File("/nowhere"), null).copy(words = words)
        return assertFailsWith<CoreException> { Core(core, HostParts(null, null, null, null, null)) }.toException()
    }

    private fun phone(configure: (StepUpConfig.Builder) -> StepUpConfig.Builder) =
        StepUpTesting(configure = configure).apply { surface.available = listOf(Surface.KLARNA_APP, Surface.AUTH_TAB) }

    /** One payment, one of whose answers is the one under test. */
    private inner class Payment(
        private val scope: CoroutineScope,
        private val phone: StepUpTesting,
        private val name: String,
        reply: RawReply,
        private val ofStart: Boolean,
    ) {
        private val asked = CopyOnWriteArrayList<Request>()
        private val events = CopyOnWriteArrayList<String>()
        private val journey = """"klarna":{"payment_request_url":"https://pay.test.klarna.com/x"}"""

        /** The first name that the backend gives stays: where the answer under test brings one, the start must not. */
        private val named = if ("\"payment_id\":42" in reply.body) "" else """"payment_id":"first","""
        private val pending = """{"status":"pending",$named$journey}"""
        private val left = AtomicInteger(1)
        private val states = CopyOnWriteArrayList<AttemptState>()
        private val ears: List<Job>
        private val paying: Deferred<Outcome>

        init {
            val begun = CoroutineStart.UNDISPATCHED
            ears =
                listOf(
                    scope.launch(start = begun) { phone.client.events.collect { events += it.name } },
                    scope.launch(start = begun) { phone.client.states.collect { if (it.reference == name) states += it } },
                )
            phone.backend.override = { request ->
                asked += request
                when {
                    !ofStart && request.method == "POST" -> RawReply(200, pending)
                    left.getAndDecrement() > 0 -> reply
                    else -> later
                }
            }
            paying = scope.async(start = CoroutineStart.UNDISPATCHED) { phone.client.pay(Order(name, "{}")) }
        }

        suspend fun checkStart(expected: JsonObject) {
            val refused = expected["refused"]?.jsonObject
            val reply = expected["reply"]?.jsonObject
            when {
                refused != null -> {
                    val reason = assertIs<Outcome.NotStarted>(told()).reason
                    assertEquals(refused["reason"]?.jsonPrimitive?.content.orEmpty(), assertIs<NotStartedReason.Refused>(reason).reason)
                    assertEquals(1, asked.size)
                }
                reply != null -> {
                    checkJourney(reply["journey"]?.jsonObject)
                    checkWord(reply["word"]?.jsonPrimitive?.content, reply)
                    checkName(reply["payment_id"]?.jsonPrimitive?.content)
                }
                else -> {
                    assertTrue("unknown" in expected)
                    checkWord(null, JsonObject(emptyMap()))
                }
            }
        }

        suspend fun checkStatus(expected: JsonObject) {
            val reply = expected["reply"]?.jsonObject
            checkJourney(
                JsonObject(
                    mapOf(
                        "url" to JsonPrimitive("https://pay.test.klarna.com/x"),
                        "kind" to JsonPrimitive("payment_request_url"),
                    ),
                ),
            )
            if (reply != null) {
                checkWord(reply["word"]?.jsonPrimitive?.content, reply)
                checkName(reply["payment_id"]?.jsonPrimitive?.content ?: "first")
                val finishing = reply["klarna_state"]?.jsonPrimitive?.content == "completed"
                val saidSo = states.any { it.phase == Phase.IN_JOURNEY && it.whoActs == WhoActs.BACKEND && !it.canReopen && !it.canAbandon }
                assertEquals(finishing, saidSo, "the backend finishes, and the customer is not asked to act")
            } else {
                checkWord(null, JsonObject(emptyMap()))
                val kind = expected.text("failed").split('_').joinToString("") { it.replaceFirstChar(Char::uppercase) }
                assertTrue("AskFailed$kind" in events, "$kind: $events")
            }
        }

        suspend fun checkWord(word: String?, reply: JsonObject) {
            val told = told()
            val reason = reply["reason"]?.jsonPrimitive?.content.orEmpty()
            when (word) {
                "approved" -> assertEquals(reply["details"]?.jsonPrimitive?.content.orEmpty(), assertIs<Outcome.Approved>(told).receipt)
                "canceled" -> assertEquals(CanceledReason.BY_BACKEND, assertIs<Outcome.Canceled>(told).reason)
                "expired" -> assertEquals(CanceledReason.EXPIRED, assertIs<Outcome.Canceled>(told).reason)
                "failed" -> assertEquals(true, assertIs<Outcome.Declined>(told).failed)
                "declined" -> assertEquals(reason to false, assertIs<Outcome.Declined>(told).run { this.reason to failed })
                // Not settled by it: asked again, and told what came then.
                else -> assertEquals("later" to false, assertIs<Outcome.Declined>(told).run { this.reason to failed })
            }
        }

        private suspend fun checkJourney(journey: JsonObject?) {
            if (journey == null) return
            val shown = phone.surface.awaitJourney()
            assertEquals(journey.text("url"), shown.presentation.url)
            assertEquals(journey["payment_request_id"]?.jsonPrimitive?.content, shown.presentation.paymentRequestId)
            // Only Klarna's own address may be opened in Klarna's app.
            val surface = if (journey.text("kind") == "payment_request_url") Surface.KLARNA_APP else Surface.AUTH_TAB
            assertEquals(surface, shown.surface)
        }

        /** What it was asked by later. */
        private fun checkName(name: String?) {
            if (name == null) return
            val last = asked.last()
            if (last.method == "GET") assertTrue(last.path.startsWith("/payments/$name"), "${last.path}, not $name")
        }

        private suspend fun told(): Outcome {
            var rounds = 0
            while (!paying.isCompleted && rounds++ < 60) {
                phone.clock.advance(5.seconds)
                yield()
            }
            phone.settle()
            yield()
            ears.forEach { it.cancel() }
            return paying.await()
        }
    }
}
