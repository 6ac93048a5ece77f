package dev.klarnastepup.android

import java.io.InputStream
import java.io.OutputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/** A server of bytes on loopback. What it does with each connection, the test says. */
internal class RudeServer(
    private val greeting: String = "",
    private val behave: RudeServer.(Request, OutputStream) -> Unit,
) : AutoCloseable {
    private val socket = ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))
    private val open = CopyOnWriteArrayList<Socket>()

    /** What was asked, in this order. */
    val requests = CopyOnWriteArrayList<Request>()

    /** Connections that the client closed while the server was still busy with them. */
    val hungUp = LinkedBlockingQueue<Unit>()

    val port: Int = socket.localPort
    val url: String = "http://127.0.0.1:$port/payments"

    init {
        thread(isDaemon = true) {
            while (!socket.isClosed) {
                val connection = runCatching { socket.accept() }.getOrNull() ?: break
                open += connection
                thread(isDaemon = true) { serve(connection) }
            }
        }
    }

    private fun serve(connection: Socket) {
        connection.use {
            runCatching {
                it.getOutputStream().write(greeting.toByteArray())
                if (greeting.isNotEmpty()) return@use
                val input = it.getInputStream()
                val request = read(input) ?: return@use
                requests += request
                behave(request, it.getOutputStream())
            }
        }
    }

    /** Waits until the client hangs up: the bytes never end. */
    fun trickle(out: OutputStream) {
        runCatching {
            while (true) {
                out.write('x'.code)
                out.flush()
                // Slower than any reader, faster than any time-out of a read.
                if (hungUp.poll(TRICKLE_MS, TimeUnit.MILLISECONDS) != null) return
            }
        }
        hungUp += Unit
    }

    override fun close() {
        socket.close()
        open.forEach { runCatching { it.close() } }
    }

    class Request(
        val line: String,
        val headers: Map<String, String>,
        val body: ByteArray,
    )

    private companion object {
        const val TRICKLE_MS = 5L

        fun read(input: InputStream): Request? {
            fun line(): String? {
                val text = StringBuilder()
                while (true) {
                    val byte = input.read()
                    if (byte < 0) return null
                    if (byte == '\n'.code) return text.toString().trimEnd('\r')
                    text.append(byte.toChar())
                }
            }
            val first = line() ?: return null
            val headers =
                generateSequence { line()?.ifEmpty { null } }.associate {
                    it.substringBefore(':').lowercase() to it.substringAfter(':').trim()
                }
            val length = headers["content-length"]?.toInt() ?: 0
            return Request(first, headers, input.readNBytes(length))
        }
    }
}

/** An answer in the usual form. */
internal fun OutputStream.answer(status: String, body: ByteArray = ByteArray(0), vararg headers: String) {
    val head = listOf("HTTP/1.1 $status", "Content-Length: ${body.size}", "Connection: close", *headers)
    write((head.joinToString("\r\n") + "\r\n\r\n").toByteArray())
    write(body)
    flush()
}
