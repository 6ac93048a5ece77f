@file:OptIn(ExperimentalStdlibApi::class)

package dev.klarnastepup

/** Gives headers that expire. */
public fun interface Credentials {
    /**
     * Asks for headers, within ten seconds. Called off the main thread; cancelled when the headers are no longer wanted. Whatever it
     * throws counts as [CredentialsAnswer.NotNow].
     *
     * @param afterRejection the backend answered 401 to the last ones: get new ones.
     */
    public suspend fun headers(afterRejection: Boolean): CredentialsAnswer
}

/** What [Credentials] answer. */
public sealed class CredentialsAnswer {
    /**
     * These headers, until the backend rejects them or [StepUpClient.credentialsChanged] is called.
     *
     * @property headers their names and values. The values are never shown.
     */
    public class Headers(public val headers: Map<String, String>) : CredentialsAnswer() {
        /** @suppress */
        override fun toString(): String = "Headers"
    }

    /** None now: the question counts as failed. [StepUpClient.credentialsChanged] asks again. */
    public data object NotNow : CredentialsAnswer()

    /** The usual answer. */
    public companion object {
        /** `Authorization: Bearer` with this token. */
        @JvmStatic
        public fun bearer(token: String): CredentialsAnswer = Headers(mapOf("Authorization" to "Bearer $token"))
    }
}

/** Asks the backend in the app's own way. Called off the main thread; cancelled when the answer is no longer wanted. */
public interface StatusSource {
    /** How does this payment stand? What it throws counts as [StatusAnswer.Failed]. */
    public suspend fun status(payment: PaymentName): StatusAnswer

    /** Asks the backend to cancel this payment. The answer is what the backend then says about it. */
    public suspend fun cancel(payment: PaymentName, idempotencyKey: String): StatusAnswer
}

/**
 * The names of a payment.
 *
 * @property attempt the attempt's id.
 * @property payment the backend's name for it; the attempt's id where it gave none.
 */
public class PaymentName internal constructor(
    @get:JvmExposeBoxed public val attempt: AttemptId,
    public val payment: String,
) {
    /** @suppress */
    override fun toString(): String = "PaymentName"
}

/** What a [StatusSource] answers. */
public sealed class StatusAnswer {
    /**
     * The backend said this.
     *
     * @property word its word.
     * @property reason its reason, for the log.
     * @property details details for the receipt, as JSON, at most 8 KiB.
     */
    public class Answered @JvmOverloads constructor(
        public val word: Word,
        public val reason: String = "",
        public val details: String = "",
    ) : StatusAnswer() {
        /** @suppress */
        override fun toString(): String = "Answered($word)"
    }

    /** The backend does not know the payment. */
    public data object NotFound : StatusAnswer()

    /** There is no word: no network, an error, anything else. */
    public data object Failed : StatusAnswer()
}

/**
 * Shows journeys in the app's own way, for an app that ships Klarna's SDK. Its methods are called off the main thread and return at once.
 */
public interface CustomSurface {
    /** Shows this journey, and says by [display] what becomes of it. What it throws counts as [Display.unavailable]. */
    public fun present(journey: Journey, display: Display)

    /** Takes it away again, if it is still there. */
    public fun dismiss(attempt: AttemptId)

    /** A handover link came: hand it to Klarna's SDK. */
    public fun forward(link: String)

    /** What becomes of a journey that is shown. May be called on any thread. */
    public interface Display {
        /** It is up. */
        public fun presented()

        /** It cannot be shown here: the next surface is tried. */
        public fun unavailable()

        /** There is no activity to show it from: tried again when there is one. */
        public fun noHost()

        /**
         * It is gone.
         *
         * @param link the link that came as its result; empty if none did.
         */
        public fun closed(link: String)
    }
}

/**
 * A journey to be shown.
 *
 * @property attempt the attempt's id.
 * @property url what to open, exactly as it is. Never show it, never log it.
 * @property paymentRequestId for Klarna's SDK; empty where the backend gave none.
 */
public class Journey internal constructor(
    @get:JvmExposeBoxed public val attempt: AttemptId,
    public val url: String,
    public val paymentRequestId: String,
) {
    /** @suppress */
    override fun toString(): String = "Journey"
}
