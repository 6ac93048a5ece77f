@file:OptIn(ExperimentalStdlibApi::class)

package dev.klarnastepup

/**
 * An attempt, for a waiting screen and for a list of unfinished payments.
 *
 * @property id the attempt's id.
 * @property reference the order's reference.
 * @property phase how far it has come.
 * @property whoActs who has to act next.
 * @property waitingForCustomer offer *Continue* and *Use another method* now.
 * @property canReopen *Continue* ([StepUpClient.reopen]) makes sense.
 * @property canAbandon *Use another method* ([StepUpClient.abandon]) makes sense.
 * @property surface what is on the screen, as far as is known; null: nothing.
 * @property createdAtMillis when it was begun, Unix milliseconds.
 */
@Suppress("LongParameterList")
public class AttemptState internal constructor(
    @get:JvmExposeBoxed public val id: AttemptId,
    public val reference: String,
    public val phase: Phase,
    public val whoActs: WhoActs,
    public val waitingForCustomer: Boolean,
    public val canReopen: Boolean,
    public val canAbandon: Boolean,
    public val surface: Surface?,
    public val createdAtMillis: Long,
) {
    private fun parts(): List<Any?> =
        listOf(id, reference, phase, whoActs, waitingForCustomer, canReopen, canAbandon, surface, createdAtMillis)

    /** @suppress */
    override fun equals(other: Any?): Boolean = other is AttemptState && other.parts() == parts()

    /** @suppress */
    override fun hashCode(): Int = parts().hashCode()

    /** @suppress */
    override fun toString(): String = "AttemptState($phase, $whoActs, waitingForCustomer=$waitingForCustomer)"
}

/** How far an attempt has come. */
public enum class Phase {
    /** The backend is being asked to start the payment. */
    STARTING,

    /** The payment is started; the journey has not been shown yet. */
    READY,

    /** The customer is, or may be, in the journey. */
    IN_JOURNEY,

    /** The customer is back, or may never have left; the backend's word is awaited. */
    CONFIRMING,

    /** There is a final outcome. */
    SETTLED,
}

/** Who has to act next. */
public enum class WhoActs {
    /** Nobody: there is a final outcome. */
    NOBODY,

    /** The customer. */
    CUSTOMER,

    /** The backend, or Klarna. */
    BACKEND,
}

/** Where a journey can be shown. */
public enum class Surface {
    /** Klarna's own app. */
    KLARNA_APP,

    /** A browser's tab for signing in, which brings its last link back as a result. */
    AUTH_TAB,

    /** A browser's tab on top of the app. */
    CUSTOM_TAB,

    /** The system's browser. */
    BROWSER,

    /** [StepUpConfig.customSurface]. */
    CUSTOM,
}

/**
 * Something happened. Without content.
 *
 * @property atMillis when, Unix milliseconds.
 * @property attempt the attempt it belongs to, if any.
 * @property name what: one of the names of `docs/architecture.md`.
 */
public class Event internal constructor(
    public val atMillis: Long,
    @get:JvmExposeBoxed public val attempt: AttemptId?,
    public val name: String,
) {
    /** @suppress */
    override fun toString(): String = name
}
