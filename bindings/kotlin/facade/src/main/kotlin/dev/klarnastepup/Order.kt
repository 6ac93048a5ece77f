@file:OptIn(ExperimentalStdlibApi::class)

package dev.klarnastepup

/**
 * What is being paid.
 *
 * @property reference the Partner's own name for it, at most 256 characters. One payment per reference.
 * @property json the JSON object that the backend wants, at most 48 KiB.
 * @property revision tells contents of the same order apart; the JSON, with sorted keys, does if this is empty.
 */
public class Order @JvmOverloads constructor(
    public val reference: String,
    public val json: String,
    public val revision: String = "",
) {
    /** @suppress */
    override fun equals(other: Any?): Boolean =
        other is Order && reference == other.reference && json == other.json && revision == other.revision

    /** @suppress */
    override fun hashCode(): Int = (reference.hashCode() * 31 + json.hashCode()) * 31 + revision.hashCode()

    /** Without content: what is in a basket is nobody's business. */
    override fun toString(): String = "Order"
}

/** What to do when the order has an unfinished attempt. */
public enum class IfBusy {
    /** Wait for that attempt's outcome (same content), or be refused. */
    JOIN,

    /** Abandon it, and start anew after a final word that is not `approved`. */
    REPLACE,
}

/** The result of [StepUpClient.prepare]. */
public sealed class Prepared {
    /**
     * Send the start request with this.
     *
     * @property attempt what to send.
     */
    public class Ready internal constructor(public val attempt: PreparedAttempt) : Prepared()

    /**
     * Send nothing: this is the outcome already. The order is paid, or must not be started.
     *
     * @property outcome what became of it.
     */
    public class Ended internal constructor(public val outcome: Outcome) : Prepared()
}

/**
 * What a prepared attempt gives the app for its own request to its backend.
 *
 * @property id the attempt's id; send it as `StepUp-Attempt`.
 * @property idempotencyKey send it as `Idempotency-Key`.
 * @property completionLink send it as `return_url`.
 * @property handoverLink send it as `app_return_url`.
 */
public class PreparedAttempt internal constructor(
    @get:JvmExposeBoxed public val id: AttemptId,
    public val idempotencyKey: String,
    public val completionLink: String,
    public val handoverLink: String,
) {
    /** @suppress */
    override fun toString(): String = "PreparedAttempt"
}

/** What the app's own start request brought. */
public sealed class BackendReply {
    /**
     * An answer, in the contract's shape.
     *
     * @property httpStatus the HTTP status.
     * @property body the body, as it came.
     */
    public class Answered(public val httpStatus: Int, public val body: ByteArray) : BackendReply() {
        /** @suppress */
        override fun toString(): String = "Answered"
    }

    /** No answer, and the request may have reached the backend. In doubt, this. */
    public data object Lost : BackendReply()

    /** Provably nothing was sent. */
    public data object NotSent : BackendReply()
}
