package dev.klarnastepup

import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.DeviceFacts
import dev.klarnastepup.ffi.Entropy
import dev.klarnastepup.ffi.HostHttpFailure
import dev.klarnastepup.ffi.HostHttpRequest
import dev.klarnastepup.ffi.HostParts
import dev.klarnastepup.ffi.HttpCompletion
import dev.klarnastepup.ffi.HttpTransport
import dev.klarnastepup.ffi.LinkDisposition
import dev.klarnastepup.ffi.LinkNonceMode
import dev.klarnastepup.ffi.Order
import dev.klarnastepup.ffi.Prepared
import dev.klarnastepup.ffi.PreparedAttempt
import dev.klarnastepup.ffi.RefusedReason
import dev.klarnastepup.ffi.ReturnLinks
import dev.klarnastepup.ffi.StepUpClient
import dev.klarnastepup.ffi.StepUpException
import dev.klarnastepup.ffi.Surface
import dev.klarnastepup.ffi.TestParts
import java.nio.file.Files
import java.nio.file.Path
import java.util.Base64
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir

/** `tests/vectors/links.json`, every case of it, through the client: the attempt under test is a prepared one with the file's nonce. */
@Timeout(60)
class LinkVectorsTest {
    private val vectors =
        Json.parseToJsonElement(Files.readString(Path.of(System.getProperty("stepup.vectors"), "links.json"))).jsonObject

    @Test
    fun `links are read as the file says`(@TempDir journals: Path) {
        val phones = mutableMapOf<String, PreparedPhone>()
        run("reads") { case ->
            val name = case.text("configuration")
            val phone = phones.getOrPut(name) { PreparedPhone(journals.resolve(name), vectors, name, httpsLinks = true) }
            val uri = case.text("uri") + "x".repeat(case["pad"]?.jsonPrimitive?.int ?: 0)
            val read = phone.client.handleLink(uri)
            assertEquals(phone.expected(case.getValue("expect").jsonObject), read, case.text("name"))
        }
        phones.values.forEach(PreparedPhone::close)
    }

    @Test
    fun `links are written as the file says`(@TempDir journals: Path) = run("writes") { case ->
        val expected = case.getValue("expect").jsonObject
        val https = case.getValue("https_links").jsonPrimitive.boolean
        PreparedPhone(journals.resolve(case.text("name")), vectors, case.text("configuration"), https).use {
            assertEquals(expected.text("handover"), it.attempt.handoverLink, case.text("name"))
            assertEquals(expected.text("completion"), it.attempt.completionLink, case.text("name"))
        }
    }

    @Test
    fun `links that cannot work are refused by field`(@TempDir journal: Path) = run("refused_configurations") { case ->
        val configuration =
            Phone.configuration("http://127.0.0.1:1", returnLinks(case.getValue("links").jsonObject), journal)
        val refused =
            assertFailsWith<StepUpException.Configuration>(case.text("name")) {
                StepUpClient(configuration, HostParts(null, null, null, null, null))
            }
        assertEquals(case.text("field"), refused.field, case.text("name"))
    }

    private fun run(list: String, check: (JsonObject) -> Unit) {
        val cases = vectors.getValue(list).jsonArray.map { it.jsonObject }
        val executed = mutableSetOf<String>()
        for (case in cases) {
            check(case)
            executed += case.text("name")
        }
        assertEquals(cases.map { it.text("name") }.toSet(), executed)
        assertEquals(cases.size, executed.size, "names are unique")
        println("links.json $list: ${executed.size} cases")
    }
}

/** A client with one prepared attempt that has the file's nonce. Its backend is out of reach. */
private class PreparedPhone(journal: Path, vectors: JsonObject, name: String, httpsLinks: Boolean) : AutoCloseable {
    private val configured = vectors.getValue("configurations").jsonObject.getValue(name).jsonObject
    private val nonce = Base64.getUrlDecoder().decode(vectors.text("attempt_nonce"))
    val client: StepUpClient
    val attempt: PreparedAttempt
    private val seen = mutableSetOf<String>()

    init {
        val mode = if (configured.text("nonce") == "query") LinkNonceMode.QUERY else LinkNonceMode.OFF
        val device =
            object : DeviceFacts {
                override fun device() = Device(listOf(Surface.AUTH_TAB), httpsLinks)
            }
        val offline =
            object : HttpTransport {
                override fun start(request: HostHttpRequest, completion: HttpCompletion) =
                    completion.use { it.failed(HostHttpFailure.NOT_SENT) }

                override fun cancel(id: ULong) = Unit
            }
        val fixed =
            object : Entropy {
                override fun bytes(count: UInt): ByteArray = nonce.copyOf(count.toInt())
            }
        Files.createDirectory(journal)
        client =
            StepUpClient.forTesting(
                Phone.configuration("http://127.0.0.1:1", returnLinks(configured), journal, mode),
                HostParts(offline, device, null, null, null),
                TestParts(null, fixed, null),
            )
        val prepared = runBlocking { client.prepare(Order("42", "{}")) }
        attempt = assertIs<Prepared.Ready>(prepared).attempt
    }

    fun expected(read: JsonObject): LinkDisposition {
        val refused = read["refused"]?.jsonPrimitive?.content
        if ("not_ours" in read) return LinkDisposition.NotOurs
        if (refused != null) return LinkDisposition.Refused(RefusedReason.valueOf(refused.uppercase()))
        return when (read.text("nonce")) {
            "malformed" -> LinkDisposition.Refused(RefusedReason.MALFORMED_NONCE)
            // Nothing is in its journey: there is no telling yet what it is for.
            "missing" -> LinkDisposition.Accepted
            else -> {
                val completion = read.text("ours") == "completion"
                if (!seen.add(if (completion) "completion" else "handover")) LinkDisposition.Duplicate(attempt.attempt)
                else if (completion) LinkDisposition.Completion(attempt.attempt)
                else LinkDisposition.Handover(attempt.attempt)
            }
        }
    }

    override fun close() {
        client.shutdown()
        client.close()
    }
}

private fun returnLinks(links: JsonObject) =
    ReturnLinks(
        links.text("handover"),
        links.text("completion"),
        links["fallback_scheme"]?.jsonPrimitive?.contentOrNull,
    )
