package dev.klarnastepup.testing

import dev.klarnastepup.ffi.HostHttpFailure
import dev.klarnastepup.ffi.HostHttpHeader
import dev.klarnastepup.ffi.HostHttpReply
import dev.klarnastepup.ffi.HostHttpRequest
import dev.klarnastepup.ffi.HttpCompletion
import dev.klarnastepup.ffi.HttpTransport

/**
 * A backend in this process that keeps the contract of `docs/backend-api.yaml`: it records payments, holds questions that carry `wait`
 * until there is news, and says what a test tells it to.
 */
public class ScriptedBackend internal constructor(private val clock: VirtualClock) {
    private val lock = Any()
    private val payments = mutableMapOf<String, Payment>()
    private val log = mutableListOf<Request>()
    private val held = mutableListOf<Held>()
    private var scriptedStarts = ArrayDeque<StartReply>()
    private var network = Network.UP

    /** How a start is answered. */
    public enum class StartReply {
        /** Pending, with a `payment_request_url`. */
        JOURNEY,

        /** Approved at once: no journey is needed. */
        APPROVED,

        /** Declined at once. */
        DECLINED,

        /** Refused in so many words: nothing was started. */
        REFUSED,

        /** It starts the payment, and the answer is lost. */
        LOST,
    }

    /**
     * A request that the backend got.
     *
     * @property method its method.
     * @property path its path and query, after the base URL.
     * @property idempotencyKey its `Idempotency-Key`; empty if it has none.
     */
    public class Request internal constructor(
        public val method: String,
        public val path: String,
        public val idempotencyKey: String,
        internal val attempt: String,
        internal val body: String,
    ) {
        /** @suppress */
        override fun toString(): String = "$method $path"
    }

    /**
     * An answer as it goes over the wire.
     *
     * @property httpStatus the HTTP status.
     * @property body the body.
     */
    public class RawReply(public val httpStatus: Int, public val body: String) {
        /** @suppress */
        override fun toString(): String = "$httpStatus"
    }

    internal class Payment(val attempt: String, val handover: String, val completion: String) {
        var status = "pending"
        var version = 1
    }

    private class Held(val id: ULong, val payment: Payment, val completion: HttpCompletion)

    private enum class Network { UP, DOWN, DEAD }

    /** Answers requests in the backend's place; those for which it returns null are the backend's. */
    @Volatile public var override: ((Request) -> RawReply?)? = null

    /** What was asked, in this order. */
    public val requests: List<Request> get() = synchronized(lock) { log.toList() }

    /** The next start is answered so; those after it as the ones told next, or with [StartReply.JOURNEY]. */
    public fun onNextStart(reply: StartReply) {
        synchronized(lock) { scriptedStarts.addLast(reply) }
    }

    /** The attempt's payment is approved. */
    public fun approve(attempt: String): Unit = decide(attempt, "approved")

    /** The attempt's payment is declined. */
    public fun decline(attempt: String): Unit = decide(attempt, "declined")

    /** The attempt's payment has this word from now on. A word that is final already stays. */
    public fun decide(attempt: String, word: String) {
        val news =
            synchronized(lock) {
                val payment = payments.getValue(attempt)
                if (payment.status != "pending") return
                payment.status = word
                payment.version += 1
                held.filter { it.payment === payment }.also { held -= it.toSet() }
            }
        news.forEach { answer(it.completion, OK, status(it.payment)) }
    }

    /** Requests that are answered when there is news, or the clock says so. */
    internal val heldCount: Int get() = synchronized(lock) { held.size }

    internal fun payment(attempt: String): Payment = synchronized(lock) { payments.getValue(attempt) }

    internal fun online(online: Boolean) {
        network(if (online) Network.UP else Network.DOWN)
    }

    /** The process that asks is no more: nothing that it still sends counts. */
    internal fun cutOff(): HttpTransport {
        val next = Line()
        val cut =
            synchronized(lock) {
                line = next
                held.toList().also { held.clear() }
            }
        cut.forEach { it.completion.close() }
        return next
    }

    private fun network(now: Network) {
        val cut =
            synchronized(lock) {
                network = now
                if (now == Network.UP) emptyList() else held.toList().also { held.clear() }
            }
        cut.forEach { it.completion.use { completion -> completion.failed(HostHttpFailure.MAYBE_SENT) } }
    }

    /** The connection of the process that lives now. */
    private var line: Line? = null

    private inner class Line : HttpTransport {
        override fun start(request: HostHttpRequest, completion: HttpCompletion) {
            val up = synchronized(lock) { network == Network.UP && line === this }
            if (up) serve(request, completion) else completion.use { it.failed(HostHttpFailure.NOT_SENT) }
        }

        override fun cancel(id: ULong) {
            val given = synchronized(lock) { held.filter { it.id == id }.also { held -= it.toSet() } }
            given.forEach { it.completion.close() }
        }
    }

    private fun serve(request: HostHttpRequest, completion: HttpCompletion) {
        val path = request.url.removePrefix(BASE)
        val header = { name: String -> request.headers.find { it.name.equals(name, ignoreCase = true) }?.value.orEmpty() }
        val body = request.body?.decodeToString().orEmpty()
        val asked = Request(request.method, path, header("Idempotency-Key"), header("StepUp-Attempt"), body)
        synchronized(lock) { log += asked }
        override?.invoke(asked)?.let { return answer(completion, it.httpStatus, it.body) }
        val name = path.removePrefix("/payments/").substringBefore('?').substringBefore('/')
        when {
            request.method == "POST" && path == "/payments" -> start(asked, completion)
            request.method == "POST" -> cancel(name, completion)
            else -> ask(request.id, name, path, completion)
        }
    }

    private fun start(asked: Request, completion: HttpCompletion) {
        val reply = synchronized(lock) { scriptedStarts.removeFirstOrNull() ?: StartReply.JOURNEY }
        if (reply == StartReply.REFUSED) return answer(completion, REFUSED, """{"status":"refused","reason":"scripted"}""")
        val payment =
            synchronized(lock) {
                payments.getOrPut(asked.attempt) {
                    Payment(asked.attempt, link(asked.body, "app_return_url"), link(asked.body, "return_url"))
                }
            }
        when (reply) {
            StartReply.APPROVED -> payment.status = "approved"
            StartReply.DECLINED -> payment.status = "declined"
            StartReply.LOST -> return completion.use { it.failed(HostHttpFailure.MAYBE_SENT) }
            else -> Unit
        }
        answer(completion, OK, status(payment))
    }

    private fun cancel(name: String, completion: HttpCompletion) {
        if (synchronized(lock) { name !in payments }) {
            synchronized(lock) { payments[name] = Payment(name, "", "").apply { status = "canceled" } }
        }
        decide(name, "canceled")
        answer(completion, OK, status(payment(name)))
    }

    private fun ask(id: ULong, name: String, path: String, completion: HttpCompletion) {
        val wait = parameter(path, "wait")
        val payment = synchronized(lock) { payments[name] } ?: return answer(completion, NOT_FOUND, "{}")
        val holds =
            synchronized(lock) {
                val unchanged = payment.status == "pending" && parameter(path, "after") == payment.version.toLong()
                (wait != null && unchanged).also { if (it) held += Held(id, payment, completion) }
            }
        if (!holds) return answer(completion, OK, status(payment))
        clock.after((wait ?: 0) * SECOND) {
            val timedOut = synchronized(lock) { held.filter { it.id == id && it.payment === payment }.also { held -= it.toSet() } }
            timedOut.forEach { answer(it.completion, OK, status(it.payment)) }
        }
    }

    private fun status(payment: Payment): String = synchronized(lock) {
        val journey =
            """"klarna":{"payment_request_id":"krn:${payment.attempt}","payment_request_url":"$KLARNA${payment.attempt}"}"""
        val more = if (payment.status == "pending") ",$journey" else ""
        """{"status":"${payment.status}","payment_id":"${payment.attempt}","version":${payment.version}$more}"""
    }

    private fun answer(completion: HttpCompletion, status: Int, body: String) {
        val headers = listOf(HostHttpHeader("Content-Type", "application/json"))
        completion.use { it.replied(HostHttpReply(status.toUShort(), headers, body.encodeToByteArray())) }
    }

    internal companion object {
        /** The base URL that clients of this backend have. */
        const val BASE = "https://backend.invalid"
        private const val KLARNA = "https://pay.test.klarna.com/"
        private const val OK = 200
        private const val REFUSED = 422
        private const val NOT_FOUND = 404
        private const val SECOND = 1_000L

        private fun parameter(path: String, name: String): Long? =
            path.substringAfter('?', "").split('&').find { it.startsWith("$name=") }?.substringAfter('=')?.toLongOrNull()

        private fun link(body: String, field: String): String =
            Regex("\"$field\"\\s*:\\s*\"([^\"]*)\"").find(body)?.groupValues?.get(1).orEmpty()
    }
}
