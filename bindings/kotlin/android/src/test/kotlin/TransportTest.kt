package dev.klarnastepup.android

import android.os.Looper
import dev.klarnastepup.android.UrlConnectionTransport.Answer
import dev.klarnastepup.ffi.HostHttpFailure
import dev.klarnastepup.ffi.HostHttpFailure.MAYBE_SENT
import dev.klarnastepup.ffi.HostHttpFailure.NOT_SENT
import dev.klarnastepup.ffi.HostHttpFailure.TOO_LARGE
import dev.klarnastepup.ffi.HostHttpHeader
import dev.klarnastepup.ffi.HostHttpReply
import dev.klarnastepup.ffi.HostHttpRequest
import java.net.InetAddress
import java.net.ServerSocket
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNotSame
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/**
 * The platform's HTTP against servers that misbehave. Android's own `HttpURLConnection` is another one than the JDK's; see
 * docs/devices-android.md.
 */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34])
class TransportTest {
    private val transport = UrlConnectionTransport()
    private val ids = AtomicLong()

    private fun request(url: String, body: String? = null, timeoutMs: Int = 10_000, id: Long = ids.incrementAndGet()) =
        HostHttpRequest(
            id = id.toULong(),
            method = if (body == null) "GET" else "POST",
            url = url,
            headers = listOf(HostHttpHeader("Idempotency-Key", "k"), HostHttpHeader("StepUp-Attempt", "a")),
            body = body?.toByteArray(),
            timeoutMs = timeoutMs.toUInt(),
        )

    private fun begin(request: HostHttpRequest): CompletableFuture<Answer> {
        val answer = CompletableFuture<Answer>()
        transport.begin(request) {
            assertNotSame(Looper.getMainLooper().thread, Thread.currentThread())
            answer.complete(it)
        }
        return answer
    }

    private fun ask(request: HostHttpRequest): Answer = begin(request).get(20, TimeUnit.SECONDS)

    private fun reply(request: HostHttpRequest): HostHttpReply = assertIs<Answer.Reply>(ask(request)).reply

    private fun failure(request: HostHttpRequest): HostHttpFailure = assertIs<Answer.Failure>(ask(request)).failure

    @Test
    fun `a question and its answer`() {
        val date = "Wed, 25 Nov 2026 12:00:00 GMT"
        RudeServer { _, out ->
            out.answer("200 OK", "{}".toByteArray(), "Date: $date", "Retry-After: 7", "Set-Cookie: a=b")
        }.use { server ->
            repeat(2) {
                val reply = reply(request(server.url))
                assertEquals(200, reply.status.toInt())
                assertEquals("{}", reply.body.decodeToString())
                assertEquals(listOf(HostHttpHeader("Date", date), HostHttpHeader("Retry-After", "7")), reply.headers)
            }
            val asked = server.requests[1]
            assertEquals("GET /payments HTTP/1.1", asked.line)
            assertEquals("k" to "a", asked.headers["idempotency-key"] to asked.headers["stepup-attempt"])
            assertEquals(null, asked.headers["cookie"], "the cookie of the first answer is not kept")
        }
    }

    @Test
    fun `a start, its body in one piece`() {
        RudeServer { _, out -> out.answer("201 Created") }.use { server ->
            val body = """{"amount":1,"name":"\u00e9"}"""
            assertEquals(201, reply(request(server.url, body)).status.toInt())
            assertEquals("POST /payments HTTP/1.1", server.requests.single().line)
            assertEquals(body, server.requests.single().body.decodeToString())
        }
    }

    @Test
    fun `every status is an answer`() {
        for (status in listOf(204, 301, 302, 307, 400, 401, 404, 407, 409, 429, 500, 503)) {
            val body = if (status == 204) "" else "why"
            RudeServer { _, out ->
                out.answer("$status Word", body.toByteArray(), "Location: /elsewhere", "WWW-Authenticate: Basic")
            }.use { server ->
                for (start in listOf(null, "{}")) {
                    assertEquals(status, reply(request(server.url, start)).status.toInt())
                }
                assertEquals(2, server.requests.size, "$status: no redirect is followed, nothing is repeated")
            }
        }
    }

    @Test
    fun `the longest answer, and one byte more`() {
        for ((size, answer) in listOf(64 * 1024 to true, 64 * 1024 + 1 to false)) {
            RudeServer { _, out -> out.answer("200 OK", ByteArray(size)) }.use { server ->
                val told = ask(request(server.url))
                if (answer) {
                    assertEquals(size, assertIs<Answer.Reply>(told).reply.body.size)
                } else {
                    assertEquals(TOO_LARGE, assertIs<Answer.Failure>(told).failure)
                }
            }
        }
    }

    @Test
    fun `an answer without end is not read to its end`() {
        val endless: RudeServer.(RudeServer.Request, java.io.OutputStream) -> Unit = { _, out ->
            out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".toByteArray())
            runCatching { while (true) out.write(ByteArray(8192)) }
            hungUp += Unit
        }
        RudeServer(behave = endless).use { server ->
            assertEquals(TOO_LARGE, failure(request(server.url)))
            assertNotNull(server.hungUp.poll(10, TimeUnit.SECONDS), "the connection is closed")
        }
    }

    @Test
    fun `what provably was not sent`() {
        val nobody = ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")).use { it.localPort }
        RudeServer(greeting = "220 not the protocol that you speak\r\n") { _, _ -> }.use { plain ->
            for (url in listOf(
                "http://127.0.0.1:$nobody/payments",
                "http://nobody.invalid/payments",
                "https://127.0.0.1:${plain.port}/payments",
                "nonsense://127.0.0.1/",
                "not an address",
                "",
            )) {
                for (body in listOf(null, "{}")) assertEquals(NOT_SENT, failure(request(url, body)), url)
            }
        }
    }

    @Test
    fun `a connection that breaks after the request may have been the payment, and is not repeated`() {
        RudeServer { _, _ -> }.use { server ->
            assertEquals(MAYBE_SENT, failure(request(server.url, "{}")))
            assertEquals(1, server.requests.size)
        }
        RudeServer { _, out ->
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".toByteArray())
        }.use { server -> assertEquals(MAYBE_SENT, failure(request(server.url, "{}"))) }
    }

    @Test
    fun `what is no HTTP`() {
        RudeServer { _, out -> out.write("SSH-2.0-OpenSSH_9.9\r\n\r\n".toByteArray()) }.use { server ->
            assertEquals(MAYBE_SENT, failure(request(server.url, "{}")))
            assertEquals(1, server.requests.size)
        }
    }

    @Test
    fun `the deadline is for the whole, however busy the server is`() {
        RudeServer { _, out ->
            out.write(BEGUN)
            trickle(out)
        }.use { server ->
            val begun = System.nanoTime()
            assertEquals(MAYBE_SENT, failure(request(server.url, "{}", timeoutMs = 400)))
            assertTrue(System.nanoTime() - begun < 10_000_000_000, "a byte every few milliseconds would go on for minutes")
            assertNotNull(server.hungUp.poll(10, TimeUnit.SECONDS), "the connection is closed")
        }
    }

    @Test
    fun `a server that says nothing`() {
        RudeServer { _, _ -> hungUp.poll(30, TimeUnit.SECONDS) }.use { server ->
            assertEquals(MAYBE_SENT, failure(request(server.url, "{}", timeoutMs = 400)))
            server.hungUp += Unit
        }
    }

    @Test
    fun `what is no longer wanted is closed at once`() {
        val reached = CompletableFuture<Unit>()
        RudeServer { _, out ->
            reached.complete(Unit)
            out.write(BEGUN)
            trickle(out)
        }.use { server ->
            val wanted = request(server.url, "{}", timeoutMs = 60_000)
            val answer = begin(wanted)
            reached.get(20, TimeUnit.SECONDS)
            transport.cancel(wanted.id)
            assertEquals(MAYBE_SENT, assertIs<Answer.Failure>(answer.get(20, TimeUnit.SECONDS)).failure)
            assertNotNull(server.hungUp.poll(10, TimeUnit.SECONDS))
            transport.cancel(wanted.id)
            transport.cancel(12345uL)
        }
    }

    @Test
    fun `more at once than there can be are refused, not queued`() {
        RudeServer { _, out ->
            hungUp.poll(30, TimeUnit.SECONDS)
            out.answer("200 OK")
        }.use { server ->
            val waiting = List(64) { begin(request(server.url)) }
            val refused = CompletableFuture<Answer>()
            transport.begin(request(server.url)) { refused.complete(it) }
            assertEquals(NOT_SENT, assertIs<Answer.Failure>(refused.get(20, TimeUnit.SECONDS)).failure)
            repeat(64) { server.hungUp += Unit }
            waiting.forEach { assertIs<Answer.Reply>(it.get(20, TimeUnit.SECONDS)) }
        }
    }

    private companion object {
        /**
         * Without `close` the JDK would go on reading for a while after it was told to disconnect, to keep the connection. Android does
         * not.
         */
        val BEGUN = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n".toByteArray()
    }
}
