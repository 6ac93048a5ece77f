@file:OptIn(ExperimentalStdlibApi::class)

package dev.klarnastepup

/**
 * What became of a payment. Only the backend's word makes it anything but [Undetermined] or [NotStarted].
 *
 * Acknowledge it once the app has dealt with it ([StepUpClient.acknowledge], or the form of [StepUpClient.pay] with a handler): until
 * then it comes again at every start.
 */
public sealed class Outcome(private val told: Told) {
    /** The same at every delivery of this outcome. */
    @get:JvmExposeBoxed
    public val id: OutcomeId get() = told.id

    /** The attempt; null where there is none. */
    @get:JvmExposeBoxed
    public val attempt: AttemptId? get() = told.attempt

    /** The order's reference. */
    public val reference: String get() = told.reference

    /** The earlier outcome that this one replaces, if there is one. */
    @get:JvmExposeBoxed
    public val supersedes: OutcomeId? get() = told.supersedes

    /**
     * Paid. Show the receipt.
     *
     * @property receipt the backend's `details`, as JSON; empty if it gave none.
     */
    public class Approved internal constructor(told: Told, public val receipt: String) : Outcome(told)

    /**
     * Not paid, and no money will move. Offer another method.
     *
     * @property failed the backend's word was `failed` rather than `declined`.
     * @property reason the backend's reason, for the log; empty if it gave none.
     */
    public class Declined internal constructor(
        told: Told,
        public val failed: Boolean,
        public val reason: String,
    ) : Outcome(told)

    /**
     * Not paid, and no money will move. Go back to the choice of methods.
     *
     * @property reason why.
     */
    public class Canceled internal constructor(told: Told, public val reason: CanceledReason) : Outcome(told)

    /**
     * Not known yet; never ask the customer to pay again. A later outcome may replace it.
     *
     * @property reason why.
     */
    public class Undetermined internal constructor(told: Told, public val reason: UndeterminedReason) : Outcome(told)

    /**
     * This call started nothing, and nothing will come of it.
     *
     * @property reason why, and so whether trying again makes sense.
     */
    public class NotStarted internal constructor(told: Told, public val reason: NotStartedReason) : Outcome(told)

    /** What every outcome has. */
    internal data class Told(
        val id: OutcomeId,
        val attempt: AttemptId?,
        val reference: String,
        val supersedes: OutcomeId?,
    )

    private fun reasons(): List<Any> =
        when (this) {
            is Approved -> listOf(receipt)
            is Declined -> listOf(failed, reason)
            is Canceled -> listOf(reason)
            is Undetermined -> listOf(reason)
            is NotStarted -> listOf(reason)
        }

    /** @suppress */
    override fun equals(other: Any?): Boolean =
        other is Outcome && other.javaClass == javaClass && other.told == told && other.reasons() == reasons()

    /** @suppress */
    override fun hashCode(): Int = told.hashCode() * 31 + reasons().hashCode()

    /** @suppress */
    override fun toString(): String =
        when (this) {
            is Approved -> "Approved"
            is Declined -> if (failed) "Declined(failed)" else "Declined"
            is Canceled -> "Canceled($reason)"
            is Undetermined -> "Undetermined($reason)"
            is NotStarted -> "NotStarted($reason)"
        }
}

/** Why a payment is canceled. No money moves. */
public enum class CanceledReason {
    /** The customer chose another method ([StepUpClient.abandon]). */
    BY_CUSTOMER,

    /** The payment expired. */
    EXPIRED,

    /** The start's answer was lost, and the backend closed the attempt before it became a payment. */
    START_CLOSED,

    /** Nothing on the device could show the journey. */
    NO_SURFACE,

    /** The journey's address is not one that may be opened. */
    FORBIDDEN_URL,

    /** The device's journal failed before the journey could be shown. */
    JOURNAL_FAILED,

    /** The backend or Klarna canceled it. */
    BY_BACKEND,
}

/** Why nothing final is known yet. The attempt stays in the journal and is asked about again. */
public enum class UndeterminedReason {
    /** It is not known whether the start reached the backend. */
    START_UNKNOWN,

    /** The customer came back as done, and the backend had no final word within the time for it. */
    STILL_PENDING,

    /** The longest time to wait is over. */
    MAX_WAIT,

    /** The surface was closed, nobody shows the waiting screen, and the backend has no final word. */
    CUSTOMER_LEFT,

    /** Another account signed in; the attempt waits for its own. */
    OWNER_CHANGED,

    /** Long after its end the backend still has no final word; nothing more will be asked. */
    GAVE_UP,

    /** The client was closed while it waited. */
    STOPPED_WAITING,
}

/** Why a call started nothing. */
public sealed class NotStartedReason {
    /** Nothing on this device may show the journey. Offer another payment method. */
    public data object NoBrowser : NotStartedReason()

    /** The backend could not be reached, and no request left the device. Paying again later is safe. */
    public data object Unreachable : NotStartedReason()

    /**
     * The backend refused in so many words.
     *
     * @property reason its reason, for the log rather than for the customer; empty if it gave none.
     */
    public class Refused internal constructor(public val reason: String) : NotStartedReason() {
        /** @suppress */
        override fun equals(other: Any?): Boolean = other is Refused && reason == other.reason

        /** @suppress */
        override fun hashCode(): Int = reason.hashCode()

        /** @suppress */
        override fun toString(): String = "Refused"
    }

    /** The journal cannot be written or read now (device locked, disk full, no permission). Try again later. */
    public data object JournalUnavailable : NotStartedReason()

    /** 32 attempts are unfinished. Resume or abandon some of them. */
    public data object TooManyUnfinished : NotStartedReason()

    /** The order has an unfinished attempt of other content or of another account. */
    public data object OrderBusy : NotStartedReason()

    /**
     * The order is not a JSON object, has no reference, or is too large. Fix the call.
     *
     * @property problem what is wrong with its shape.
     */
    public class BadOrder internal constructor(public val problem: String) : NotStartedReason() {
        /** @suppress */
        override fun equals(other: Any?): Boolean = other is BadOrder && problem == other.problem

        /** @suppress */
        override fun hashCode(): Int = problem.hashCode()

        /** @suppress */
        override fun toString(): String = "BadOrder($problem)"
    }

    /** [StepUpClient.abandon] came before anything was sent. */
    public data object Abandoned : NotStartedReason()

    /**
     * The client cannot work: its configuration, the journal's directory or the native library. Fix the app.
     *
     * @property error what is wrong, and the fix.
     */
    public class Unusable internal constructor(public val error: StepUpException) : NotStartedReason() {
        /** @suppress */
        override fun equals(other: Any?): Boolean = other is Unusable && error.javaClass == other.error.javaClass

        /** @suppress */
        override fun hashCode(): Int = error.javaClass.hashCode()

        /** @suppress */
        override fun toString(): String = "Unusable(${error.message})"
    }
}
