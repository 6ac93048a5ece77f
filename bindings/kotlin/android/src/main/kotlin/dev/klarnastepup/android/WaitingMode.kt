package dev.klarnastepup.android

import dev.klarnastepup.AttemptState
import dev.klarnastepup.Phase
import dev.klarnastepup.WhoActs

/** What the waiting screen shows. */
internal sealed class WaitingMode {
    /** The backend is being asked. */
    object Checking : WaitingMode()

    /** The customer's turn. */
    data class Waiting(
        val canContinue: Boolean,
        val canAbandon: Boolean,
    ) : WaitingMode()

    /** Klarna has the customer's approval, the backend has to act. */
    object Finishing : WaitingMode()

    /** The customer chose another method, and the backend has not answered yet. */
    object Stopping : WaitingMode()

    companion object {
        fun of(state: AttemptState): WaitingMode? {
            val inJourney = state.phase == Phase.IN_JOURNEY || state.phase == Phase.CONFIRMING
            return when {
                state.phase == Phase.SETTLED -> null
                state.waitingForCustomer -> Waiting(state.canReopen, state.canAbandon)
                inJourney && state.whoActs == WhoActs.BACKEND && !state.canAbandon -> Finishing
                else -> Checking
            }
        }
    }
}
