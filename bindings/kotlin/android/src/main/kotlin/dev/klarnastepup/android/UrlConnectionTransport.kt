package dev.klarnastepup.android

import android.net.TrafficStats
import dev.klarnastepup.ffi.HostHttpFailure
import dev.klarnastepup.ffi.HostHttpHeader
import dev.klarnastepup.ffi.HostHttpReply
import dev.klarnastepup.ffi.HostHttpRequest
import dev.klarnastepup.ffi.HttpCompletion
import dev.klarnastepup.ffi.HttpTransport
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpRetryException
import java.net.HttpURLConnection
import java.net.URL
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ScheduledThreadPoolExecutor
import java.util.concurrent.SynchronousQueue
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit

/**
 * HTTP by the platform, for the flavour of the library that has none of its own. No redirects, no caches, nothing repeated; the app's own
 * `CookieHandler`, if it set one, sees the requests (there is no way around it for one connection).
 */
internal class UrlConnectionTransport : HttpTransport {
    /** No threads while nothing is asked. */
    private val senders =
        ThreadPoolExecutor(0, MOST_AT_ONCE, IDLE_SECONDS, TimeUnit.SECONDS, SynchronousQueue()) { named(it, "stepup-http") }
    private val deadlines =
        ScheduledThreadPoolExecutor(1) { named(it, "stepup-http-deadline") }.apply {
            setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS)
            allowCoreThreadTimeOut(true)
            removeOnCancelPolicy = true
        }
    private val running = ConcurrentHashMap<ULong, Exchange>()

    override fun start(request: HostHttpRequest, completion: HttpCompletion) =
        begin(request) { answer ->
            completion.use {
                when (answer) {
                    is Answer.Reply -> it.replied(answer.reply)
                    is Answer.Failure -> it.failed(answer.failure)
                }
            }
        }

    /** Calls [answer] once, on a thread of its own unless there is none to be had. */
    fun begin(request: HostHttpRequest, answer: (Answer) -> Unit) {
        val exchange = Exchange(request)
        running[request.id] = exchange
        try {
            senders.execute { answer(exchange.run()) }
        } catch (_: RuntimeException) {
            // More at once than there are attempts: it was not begun.
            running.remove(request.id)
            answer(Answer.Failure(HostHttpFailure.NOT_SENT))
        }
    }

    override fun cancel(id: ULong) {
        running[id]?.stop()
    }

    sealed class Answer {
        class Reply(
            val reply: HostHttpReply,
        ) : Answer()

        class Failure(
            val failure: HostHttpFailure,
        ) : Answer()
    }

    private inner class Exchange(
        private val request: HostHttpRequest,
    ) {
        @Volatile
        private var connection: HttpURLConnection? = null

        @Volatile
        private var stopped = false

        /** From here on the server may have seen it. */
        private var sending = false

        fun run(): Answer {
            val deadline = deadlines.schedule(::stop, request.timeoutMs.toLong(), TimeUnit.MILLISECONDS)
            // Android wants sockets to be labelled, and says so in strict mode.
            TrafficStats.setThreadStatsTag(TAG)
            return try {
                exchange()
            } catch (_: IOException) {
                failure()
            } catch (_: RuntimeException) {
                // HttpURLConnection throws these too, for an address or a header it cannot use, say.
                failure()
            } finally {
                TrafficStats.clearThreadStatsTag()
                deadline.cancel(false)
                running.remove(request.id)
            }
        }

        /** Called by the deadline, by the core, never by the thread that sends. */
        fun stop() {
            stopped = true
            // Closes a socket, which strict mode forbids on the main thread, and which may wait for a lock.
            connection?.let { open -> deadlines.execute(open::disconnect) }
        }

        private fun failure(): Answer {
            connection?.disconnect()
            return Answer.Failure(if (sending) HostHttpFailure.MAYBE_SENT else HostHttpFailure.NOT_SENT)
        }

        private fun exchange(): Answer {
            val open = URL(request.url).openConnection() as HttpURLConnection
            connection = open
            if (stopped) return failure()
            open.requestMethod = request.method
            open.instanceFollowRedirects = false
            open.useCaches = false
            open.allowUserInteraction = false
            val patience = request.timeoutMs.coerceAtMost(Int.MAX_VALUE.toUInt()).toInt()
            open.connectTimeout = patience.coerceAtMost(CONNECT_TIMEOUT)
            open.readTimeout = patience
            request.headers.forEach { open.addRequestProperty(it.name, it.value) }
            request.body?.let {
                open.doOutput = true
                // Without this the platform repeats a POST by itself when a kept connection turns out to be closed.
                open.setFixedLengthStreamingMode(it.size)
            }
            // Name, route, TLS: whatever fails in here, nothing was sent.
            open.connect()
            if (stopped) return failure()
            sending = true
            request.body?.let { body -> open.outputStream.use { it.write(body) } }
            return answer(open)
        }

        private fun answer(open: HttpURLConnection): Answer {
            val status =
                try {
                    open.responseCode
                } catch (refused: HttpRetryException) {
                    // It would have liked to send the body again, with a password, say. The status is all there is.
                    return reply(open, refused.responseCode(), ByteArray(0))
                }
            if (status < 0) return failure()
            val stream = open.errorStream ?: if (status < BAD_REQUEST) open.inputStream else null
            val body = stream?.use(::bounded)
            if (stream != null && body == null) {
                open.disconnect()
                return Answer.Failure(HostHttpFailure.TOO_LARGE)
            }
            // The JDK takes a connection that breaks for the end of the answer.
            if (body != null && body.size < open.contentLength) return failure()
            return reply(open, status, body ?: ByteArray(0))
        }

        private fun reply(open: HttpURLConnection, status: Int, body: ByteArray): Answer {
            val headers = HEADERS.mapNotNull { name -> open.getHeaderField(name)?.let { HostHttpHeader(name, it) } }
            return Answer.Reply(HostHttpReply(status.toUShort(), headers, body))
        }
    }

    private companion object {
        /** What the core reads, and no more. It counts what is unpacked. */
        const val LONGEST_REPLY = 64 * 1024
        const val CHUNK = 8 * 1024
        const val BAD_REQUEST = 400
        const val CONNECT_TIMEOUT = 10_000
        const val IDLE_SECONDS = 10L

        /** Twice the unfinished attempts that there can be: each has one question under way, and perhaps one that is being given up. */
        const val MOST_AT_ONCE = 64
        const val TAG = 0x57E9

        /** The headers that the core looks at. */
        val HEADERS = listOf("Date", "Retry-After")

        fun named(work: Runnable, name: String): Thread = Thread(work, name).apply { isDaemon = true }

        /** Null: the reply is too long. */
        fun bounded(stream: InputStream): ByteArray? {
            val body = ByteArrayOutputStream()
            val chunk = ByteArray(CHUNK)
            while (true) {
                val read = stream.read(chunk)
                if (read < 0) return body.toByteArray()
                if (body.size() + read > LONGEST_REPLY) return null
                body.write(chunk, 0, read)
            }
        }
    }
}
