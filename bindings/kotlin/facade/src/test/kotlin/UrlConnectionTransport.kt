package dev.klarnastepup

import dev.klarnastepup.ffi.HostHttpFailure
import dev.klarnastepup.ffi.HostHttpHeader
import dev.klarnastepup.ffi.HostHttpReply
import dev.klarnastepup.ffi.HostHttpRequest
import dev.klarnastepup.ffi.HttpCompletion
import dev.klarnastepup.ffi.HttpTransport
import java.io.IOException
import java.io.InputStream
import java.net.ConnectException
import java.net.HttpURLConnection
import java.net.URI
import java.net.UnknownHostException
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors

/** HTTP by the platform, as an app without the built-in client would do it. */
internal class UrlConnectionTransport : HttpTransport {
    private val threads =
        Executors.newCachedThreadPool { work -> Thread(work, "http").apply { isDaemon = true } }
    private val open = ConcurrentHashMap<ULong, HttpURLConnection>()

    override fun start(request: HostHttpRequest, completion: HttpCompletion) {
        threads.execute {
            completion.use {
                try {
                    val reply = send(request)
                    if (reply == null) it.failed(HostHttpFailure.TOO_LARGE) else it.replied(reply)
                } catch (_: ConnectException) {
                    it.failed(HostHttpFailure.NOT_SENT)
                } catch (_: UnknownHostException) {
                    it.failed(HostHttpFailure.NOT_SENT)
                } catch (_: IOException) {
                    it.failed(HostHttpFailure.MAYBE_SENT)
                }
            }
        }
    }

    override fun cancel(id: ULong) {
        open.remove(id)?.disconnect()
    }

    /** Null: the reply is too long. */
    private fun send(request: HostHttpRequest): HostHttpReply? {
        val connection = URI(request.url).toURL().openConnection() as HttpURLConnection
        open[request.id] = connection
        try {
            connection.requestMethod = request.method
            connection.instanceFollowRedirects = false
            connection.useCaches = false
            connection.connectTimeout = request.timeoutMs.toInt()
            connection.readTimeout = request.timeoutMs.toInt()
            request.headers.forEach { connection.setRequestProperty(it.name, it.value) }
            request.body?.let {
                connection.doOutput = true
                // Without this the platform repeats a POST by itself when a kept connection turns out to be closed.
                connection.setFixedLengthStreamingMode(it.size)
                connection.outputStream.use { out -> out.write(it) }
            }
            val status = connection.responseCode
            val body = (connection.errorStream ?: connection.inputStream).use(::bounded) ?: return null
            val headers =
                connection.headerFields.flatMap { (name, values) ->
                    // The status line stands among them, without a name.
                    values.orEmpty().filter { name != null }.map { HostHttpHeader(name, it) }
                }
            return HostHttpReply(status.toUShort(), headers, body)
        } finally {
            open.remove(request.id)
            connection.disconnect()
        }
    }

    private fun bounded(stream: InputStream): ByteArray? = stream.readNBytes(LIMIT + 1).takeIf { it.size <= LIMIT }

    private companion object {
        const val LIMIT = 64 * 1024
    }
}
