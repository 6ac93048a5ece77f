package dev.klarnastepup

import dev.klarnastepup.ffi.Entropy
import dev.klarnastepup.testing.StepUpTesting
import java.util.Base64
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Timeout

/** `tests/vectors/links.json`, every case of it, through the client: the attempt under test is a prepared one with the file's nonce. */
@Timeout(120)
class LinkVectorsTest {
    private val vectors = Vectors("links.json")

    @Test
    fun `links are read as the file says`() = runBlocking {
        val phones = mutableMapOf<String, PreparedPhone>()
        vectors.run("reads") { case ->
            val name = case.text("configuration")
            val phone = phones.getOrPut(name) { PreparedPhone.make(vectors.root, name, httpsLinks = true) }
            val uri = case.text("uri") + "x".repeat(case.number("pad"))
            val read = phone.testing.client.handle(uri)
            assertEquals(phone.expected(case.getValue("expect").jsonObject), read)
            // Before the library is loaded the façade tells links of ours from others by itself, and has to agree.
            assertEquals(read != LinkDisposition.NotOurs, LinkAddress.isOurs(uri, phone.links))
        }
        phones.values.forEach { it.testing.close() }
    }

    @Test
    fun `links are written as the file says, and surfaces watch for them`() = runBlocking {
        vectors.run("writes") { case ->
            val expected = case.getValue("expect").jsonObject
            val https = case.getValue("https_links").jsonPrimitive.boolean
            val phone = PreparedPhone.make(vectors.root, case.text("configuration"), https)
            phone.testing.use { testing ->
                val attempt = phone.attempt
                assertEquals(expected.text("handover"), attempt.handoverLink)
                assertEquals(expected.text("completion"), attempt.completionLink)
                val reply = """{"status":"pending","klarna":{"payment_request_url":"https://pay.test.klarna.com/x"}}"""
                val waiting = async { testing.client.continuePayment(attempt.id, BackendReply.Answered(200, reply.encodeToByteArray())) }
                val shown = testing.surface.awaitJourney().presentation
                waiting.cancelAndJoin()
                assertEquals(expected.text("callback_scheme"), shown.callbackScheme)
                val place = expected["callback_https"]?.jsonArray?.map { it.jsonPrimitive.content }
                assertEquals(place, shown.callbackHost?.let { listOf(it, shown.callbackPath) })
            }
        }
    }

    @Test
    fun `links that cannot work are refused by field`() = runBlocking {
        vectors.run("refused_configurations") { case ->
            val links = returnLinks(case.getValue("links").jsonObject)
            val refused =
                try {
                    StepUpTesting(links).use { testing ->
                        val ended = assertIs<Prepared.Ended>(testing.client.prepare(PreparedPhone.ORDER))
                        val reason = assertIs<NotStartedReason.Unusable>(assertIs<Outcome.NotStarted>(ended.outcome).reason)
                        assertIs<StepUpException.Configuration>(reason.error)
                    }
                } catch (refused: StepUpException.Configuration) {
                    refused
                }
            assertEquals(case.text("field"), refused.field.replace("fallbackScheme", "fallback_scheme"))
        }
    }
}

/** A client with one prepared attempt that has the file's nonce. */
private class PreparedPhone private constructor(
    val testing: StepUpTesting,
    val links: ReturnLinks,
    val attempt: PreparedAttempt,
) {
    private val seen = mutableSetOf<String>()

    fun expected(read: JsonObject): LinkDisposition {
        val refused = read["refused"]?.jsonPrimitive?.content
        if ("not_ours" in read) return LinkDisposition.NotOurs
        if (refused != null) return LinkDisposition.Refused(LinkRefusal.valueOf(refused.uppercase()))
        return when (read.text("nonce")) {
            "malformed" -> LinkDisposition.Refused(LinkRefusal.MALFORMED_NONCE)
            // Nothing is in its journey: there is no telling yet what it is for.
            "missing" -> LinkDisposition.Accepted
            else -> {
                val completion = read.text("ours") == "completion"
                when {
                    !seen.add(read.text("ours").takeIf { completion } ?: "handover") -> LinkDisposition.Duplicate(attempt.id)
                    completion -> LinkDisposition.Completion(attempt.id)
                    else -> LinkDisposition.Handover(attempt.id)
                }
            }
        }
    }

    companion object {
        val ORDER = Order("42", "{}")

        suspend fun make(vectors: JsonObject, name: String, httpsLinks: Boolean): PreparedPhone {
            val configured = vectors.getValue("configurations").jsonObject.getValue(name).jsonObject
            val nonce = Base64.getUrlDecoder().decode(vectors.text("attempt_nonce"))
            val fixed =
                object : Entropy {
                    override fun bytes(count: UInt): ByteArray = nonce.copyOf(count.toInt())
                }
            val mode = if (configured.text("nonce") == "query") LinkNonce.QUERY else LinkNonce.OFF
            val links = returnLinks(configured)
            val testing = StepUpTesting(links, { it.linkNonce(mode) }, { fixed })
            testing.surface.httpsLinks = httpsLinks
            val prepared = assertIs<Prepared.Ready>(testing.client.prepare(ORDER))
            return PreparedPhone(testing, links, prepared.attempt)
        }
    }
}

private fun returnLinks(links: JsonObject) =
    ReturnLinks(
        links.text("handover"),
        links.text("completion"),
        links["fallback_scheme"]?.jsonPrimitive?.contentOrNull.orEmpty(),
    )
