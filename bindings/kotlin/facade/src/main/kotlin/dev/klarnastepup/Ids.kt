@file:OptIn(ExperimentalStdlibApi::class)

package dev.klarnastepup

/** Names one try of one customer to pay one order, here and at the backend. */
@JvmInline
@JvmExposeBoxed
public value class AttemptId(
    /** As it is sent to the backend (`StepUp-Attempt`). */
    public val value: String,
) {
    /** @suppress */
    override fun toString(): String = value
}

/** Names an outcome, the same at every delivery. */
@JvmInline
@JvmExposeBoxed
public value class OutcomeId(
    /** Empty where there is nothing to acknowledge. */
    public val value: String,
) {
    /** @suppress */
    override fun toString(): String = value
}
