package dev.klarnastepup

import dev.klarnastepup.ffi.AttemptState as CoreState
import dev.klarnastepup.ffi.BackendReply as CoreReply
import dev.klarnastepup.ffi.CanceledReason as CoreCanceled
import dev.klarnastepup.ffi.DeliveredOutcome
import dev.klarnastepup.ffi.Event as CoreEvent
import dev.klarnastepup.ffi.Finding as CoreFinding
import dev.klarnastepup.ffi.FindingLevel
import dev.klarnastepup.ffi.LinkDisposition as CoreDisposition
import dev.klarnastepup.ffi.NotStartedReason as CoreNotStarted
import dev.klarnastepup.ffi.Order as CoreOrder
import dev.klarnastepup.ffi.Outcome as CoreOutcome
import dev.klarnastepup.ffi.Phase as CorePhase
import dev.klarnastepup.ffi.Prepared as CorePrepared
import dev.klarnastepup.ffi.RefusedReason
import dev.klarnastepup.ffi.StepUpException as CoreException
import dev.klarnastepup.ffi.Surface as CoreSurface
import dev.klarnastepup.ffi.UndeterminedReason as CoreUndetermined
import dev.klarnastepup.ffi.WhoActs as CoreWhoActs

internal fun DeliveredOutcome.toOutcome(): Outcome {
    val told = Outcome.Told(OutcomeId(id), attempt?.let(::AttemptId), reference, supersedes?.let(::OutcomeId))
    return when (val became = outcome) {
        is CoreOutcome.Approved -> Outcome.Approved(told, became.receipt.orEmpty())
        is CoreOutcome.Declined -> Outcome.Declined(told, became.failed, became.reason.orEmpty())
        is CoreOutcome.Canceled -> Outcome.Canceled(told, became.reason.toReason())
        is CoreOutcome.Undetermined -> Outcome.Undetermined(told, became.reason.toReason())
        is CoreOutcome.NotStarted -> Outcome.NotStarted(told, became.reason.toReason())
    }
}

private fun CoreCanceled.toReason(): CanceledReason =
    when (this) {
        CoreCanceled.BY_CUSTOMER -> CanceledReason.BY_CUSTOMER
        CoreCanceled.EXPIRED -> CanceledReason.EXPIRED
        CoreCanceled.START_CLOSED -> CanceledReason.START_CLOSED
        CoreCanceled.NO_SURFACE -> CanceledReason.NO_SURFACE
        CoreCanceled.FORBIDDEN_URL -> CanceledReason.FORBIDDEN_URL
        CoreCanceled.JOURNAL_FAILED -> CanceledReason.JOURNAL_FAILED
        CoreCanceled.BY_BACKEND -> CanceledReason.BY_BACKEND
    }

private fun CoreUndetermined.toReason(): UndeterminedReason =
    when (this) {
        CoreUndetermined.START_UNKNOWN -> UndeterminedReason.START_UNKNOWN
        CoreUndetermined.STILL_PENDING -> UndeterminedReason.STILL_PENDING
        CoreUndetermined.MAX_WAIT -> UndeterminedReason.MAX_WAIT
        CoreUndetermined.CUSTOMER_LEFT -> UndeterminedReason.CUSTOMER_LEFT
        CoreUndetermined.OWNER_CHANGED -> UndeterminedReason.OWNER_CHANGED
        CoreUndetermined.GAVE_UP -> UndeterminedReason.GAVE_UP
        CoreUndetermined.STOPPED_WAITING -> UndeterminedReason.STOPPED_WAITING
    }

private fun CoreNotStarted.toReason(): NotStartedReason =
    when (this) {
        CoreNotStarted.NoBrowser -> NotStartedReason.NoBrowser
        CoreNotStarted.Unreachable -> NotStartedReason.Unreachable
        is CoreNotStarted.Refused -> NotStartedReason.Refused(reason.orEmpty())
        CoreNotStarted.JournalUnavailable -> NotStartedReason.JournalUnavailable
        CoreNotStarted.TooManyUnfinished -> NotStartedReason.TooManyUnfinished
        CoreNotStarted.OrderBusy -> NotStartedReason.OrderBusy
        is CoreNotStarted.BadOrder -> NotStartedReason.BadOrder(problem)
        CoreNotStarted.Abandoned -> NotStartedReason.Abandoned
        CoreNotStarted.ShutDown -> NotStartedReason.Unusable(StepUpException.Closed())
    }

internal fun CorePrepared.toPrepared(): Prepared =
    when (this) {
        is CorePrepared.Ended -> Prepared.Ended(outcome.toOutcome())
        is CorePrepared.Ready ->
            Prepared.Ready(
                PreparedAttempt(
                    AttemptId(attempt.attempt),
                    attempt.idempotencyKey,
                    attempt.completionLink,
                    attempt.handoverLink,
                ),
            )
    }

internal fun CoreState.toState(): AttemptState =
    AttemptState(
        id = AttemptId(attempt),
        reference = reference,
        phase =
        when (phase) {
            CorePhase.STARTING -> Phase.STARTING
            CorePhase.READY -> Phase.READY
            CorePhase.IN_JOURNEY -> Phase.IN_JOURNEY
            CorePhase.CONFIRMING -> Phase.CONFIRMING
            CorePhase.SETTLED -> Phase.SETTLED
        },
        whoActs =
        when (whoActs) {
            CoreWhoActs.NOBODY -> WhoActs.NOBODY
            CoreWhoActs.CUSTOMER -> WhoActs.CUSTOMER
            CoreWhoActs.BACKEND -> WhoActs.BACKEND
        },
        waitingForCustomer = waitingForCustomer,
        canReopen = canReopen,
        canAbandon = canAbandon,
        surface = surface?.toSurface(),
        createdAtMillis = createdAt,
    )

private fun CoreSurface.toSurface(): Surface =
    when (this) {
        CoreSurface.KLARNA_APP -> Surface.KLARNA_APP
        // iOS's own; here it is another name for the same thing.
        CoreSurface.AUTH_SESSION, CoreSurface.AUTH_TAB -> Surface.AUTH_TAB
        CoreSurface.CUSTOM_TAB -> Surface.CUSTOM_TAB
        CoreSurface.BROWSER -> Surface.BROWSER
        CoreSurface.CUSTOM -> Surface.CUSTOM
    }

internal fun Surface.toCore(): CoreSurface =
    when (this) {
        Surface.KLARNA_APP -> CoreSurface.KLARNA_APP
        Surface.AUTH_TAB -> CoreSurface.AUTH_TAB
        Surface.CUSTOM_TAB -> CoreSurface.CUSTOM_TAB
        Surface.BROWSER -> CoreSurface.BROWSER
        Surface.CUSTOM -> CoreSurface.CUSTOM
    }

internal fun CoreEvent.toEvent(): Event = Event(at, attempt?.let(::AttemptId), name)

internal fun CoreFinding.toFinding(): Finding =
    Finding(
        code,
        when (level) {
            FindingLevel.BROKEN -> Finding.Level.BROKEN
            FindingLevel.ADVICE -> Finding.Level.ADVICE
            FindingLevel.FINE -> Finding.Level.FINE
        },
        problem,
        fix,
    )

internal fun CoreDisposition.toDisposition(): LinkDisposition =
    when (this) {
        is CoreDisposition.Completion -> LinkDisposition.Completion(AttemptId(attempt))
        is CoreDisposition.Handover -> LinkDisposition.Handover(AttemptId(attempt))
        is CoreDisposition.Duplicate -> LinkDisposition.Duplicate(AttemptId(attempt))
        is CoreDisposition.Late ->
            attempt?.let { LinkDisposition.Late(AttemptId(it)) } ?: LinkDisposition.LateForAnother
        CoreDisposition.Accepted -> LinkDisposition.Accepted
        CoreDisposition.NotOurs -> LinkDisposition.NotOurs
        is CoreDisposition.Refused -> LinkDisposition.Refused(reason.toRefusal())
    }

private fun RefusedReason.toRefusal(): LinkRefusal =
    when (this) {
        RefusedReason.TOO_LONG -> LinkRefusal.TOO_LONG
        RefusedReason.UNREADABLE -> LinkRefusal.UNREADABLE
        RefusedReason.USER_INFO -> LinkRefusal.USER_INFO
        RefusedReason.PORT_DIFFERS -> LinkRefusal.PORT_DIFFERS
        RefusedReason.WRONG_NONCE -> LinkRefusal.WRONG_NONCE
        RefusedReason.MALFORMED_NONCE -> LinkRefusal.MALFORMED_NONCE
        RefusedReason.REPEATED_NONCE -> LinkRefusal.REPEATED_NONCE
    }

internal fun CoreException.toException(): StepUpException =
    when (this) {
        is CoreException.Configuration -> StepUpException.Configuration(field, problem, fix)
        is CoreException.JournalInUse -> StepUpException.JournalInUse()
        is CoreException.UnknownAttempt -> StepUpException.UnknownAttempt()
        is CoreException.NotPossible -> StepUpException.NotPossible()
        is CoreException.ShutDown -> StepUpException.Closed()
    }

internal fun Order.toCore(): CoreOrder = CoreOrder(reference, json, revision.ifEmpty { null })

internal fun BackendReply.toCore(): CoreReply =
    when (this) {
        is BackendReply.Answered -> CoreReply.Answered(httpStatus.coerceIn(0, UShort.MAX_VALUE.toInt()).toUShort(), body)
        BackendReply.Lost -> CoreReply.Lost
        BackendReply.NotSent -> CoreReply.NotSent
    }

/** An outcome of a call that never reached the library. */
internal fun unusable(order: Order, error: StepUpException): Outcome =
    Outcome.NotStarted(Outcome.Told(OutcomeId(""), null, order.reference, null), NotStartedReason.Unusable(error))
