@file:OptIn(ExperimentalStdlibApi::class)

package dev.klarnastepup

/**
 * The links on which the customer comes back to the app.
 *
 * Write them with a custom scheme (`shop://klarna`) or with https (an App Link). One URL may serve as both.
 *
 * @property handover the `app_return_url`: brings the app to the front during or after the journey. It says nothing about the payment.
 * @property completion where the web journey ends. It says that the customer is done, not that they paid.
 * @property fallbackScheme the scheme, alone, that replaces https on devices whose browser does not bring https links to the app; none
 * if empty.
 */
public class ReturnLinks @JvmOverloads constructor(
    public val handover: String,
    public val completion: String = handover,
    public val fallbackScheme: String = "",
) {
    /** @suppress */
    override fun equals(other: Any?): Boolean =
        other is ReturnLinks &&
            handover == other.handover &&
            completion == other.completion &&
            fallbackScheme == other.fallbackScheme

    /** @suppress */
    override fun hashCode(): Int = (handover.hashCode() * 31 + completion.hashCode()) * 31 + fallbackScheme.hashCode()

    /** @suppress */
    override fun toString(): String = "ReturnLinks"
}

/** Whether links carry the attempt's nonce. */
public enum class LinkNonce {
    /** As the query parameter `stepup`. */
    QUERY,

    /** Not at all, for acquirers that register exact URLs. Links can then only make us ask. */
    OFF,
}

/** What a link is to the SDK. Anything but [NotOurs] is dealt with: do not route it. */
public sealed class LinkDisposition {
    /** A link that belongs to an attempt. */
    public sealed class OfAttempt(
        /** The attempt. */
        @get:JvmExposeBoxed public val attempt: AttemptId,
    ) : LinkDisposition() {
        /** @suppress */
        override fun equals(other: Any?): Boolean =
            other is OfAttempt && other.javaClass == javaClass && attempt == other.attempt

        /** @suppress */
        override fun hashCode(): Int = attempt.hashCode()

        /** @suppress */
        override fun toString(): String = javaClass.simpleName
    }

    /** The completion link of this attempt. */
    public class Completion internal constructor(attempt: AttemptId) : OfAttempt(attempt)

    /** The handover link of this attempt. */
    public class Handover internal constructor(attempt: AttemptId) : OfAttempt(attempt)

    /** A link of this attempt that was seen before. */
    public class Duplicate internal constructor(attempt: AttemptId) : OfAttempt(attempt)

    /** A link of this attempt, which has its outcome already. */
    public class Late internal constructor(attempt: AttemptId) : OfAttempt(attempt)

    /** A link of an attempt of another account's, or of one that is gone. */
    public data object LateForAnother : LinkDisposition()

    /** Ours by scheme, host and path. What it turned out to be shows in [StepUpClient.states] and [StepUpClient.events]. */
    public data object Accepted : LinkDisposition()

    /** Not ours: route it yourself. */
    public data object NotOurs : LinkDisposition()

    /**
     * Ours by address, and refused.
     *
     * @property reason why.
     */
    public class Refused internal constructor(public val reason: LinkRefusal) : LinkDisposition() {
        /** @suppress */
        override fun equals(other: Any?): Boolean = other is Refused && reason == other.reason

        /** @suppress */
        override fun hashCode(): Int = reason.hashCode()

        /** @suppress */
        override fun toString(): String = "Refused($reason)"
    }
}

/** Why a link that looks like ours is refused. */
public enum class LinkRefusal {
    /** Longer than 8 KiB. */
    TOO_LONG,

    /** Scheme, host and path are ours, the port is not a number. */
    UNREADABLE,

    /** It has a user name or password. */
    USER_INFO,

    /** Scheme, host and path are ours, the port is another. */
    PORT_DIFFERS,

    /** The nonce belongs to no attempt. */
    WRONG_NONCE,

    /** What stands where the nonce should is not one. */
    MALFORMED_NONCE,

    /** Two different nonces. */
    REPEATED_NONCE,
}
