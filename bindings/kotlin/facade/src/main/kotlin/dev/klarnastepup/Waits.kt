package dev.klarnastepup

import dev.klarnastepup.Engine.Need
import dev.klarnastepup.ffi.DeliveredOutcome
import dev.klarnastepup.ffi.StepUpClient as Core
import dev.klarnastepup.ffi.StepUpException as CoreException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async

/**
 * Calls that wait for an outcome. Whoever cancels one stops waiting, and nothing else: the call runs on, apart from the caller's
 * coroutine, until the library has answered it, and an outcome that then has no taker is told by the stream.
 */
internal class Waits(private val engine: Engine, private val hub: Hub) {
    private class Wait {
        var name: ULong? = null
        var left = false
    }

    suspend fun wait(begin: suspend (Core, ULong) -> DeliveredOutcome): Outcome {
        // Cancelled before this, nothing was begun.
        val core = engine.core()
        val wait = Wait()
        val answer = engine.scope.async { answer(core, wait, begin) }
        try {
            return checkNotNull(answer.await()).also(hub::received)
        } catch (cancelled: CancellationException) {
            leave(wait, answer)
            throw cancelled
        }
    }

    /** Null: the caller had left before anything was begun. */
    private suspend fun answer(core: Core, wait: Wait, begin: suspend (Core, ULong) -> DeliveredOutcome): Outcome? {
        val name = core.newWait()
        synchronized(wait) {
            if (wait.left) return null
            wait.name = name
        }
        return try {
            begin(core, name).toOutcome()
        } catch (error: CoreException) {
            throw error.toException()
        }
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun leave(wait: Wait, answer: Deferred<Outcome?>) {
        val name =
            synchronized(wait) {
                wait.left = true
                wait.name
            }
        if (name != null) engine.post(Need.NONE) { it.stopWaiting(name) }
        answer.invokeOnCompletion { failure ->
            val outcome = if (failure == null) answer.getCompleted() else null
            if (outcome != null && !outcome.isOfStopping()) hub.pass(outcome)
        }
    }

    private fun Outcome.isOfStopping(): Boolean = id.value.isEmpty()
}
