package dev.klarnastepup

import dev.klarnastepup.ffi.AttemptState as CoreState
import dev.klarnastepup.ffi.Credentials as CoreCredentials
import dev.klarnastepup.ffi.CredentialsCompletion
import dev.klarnastepup.ffi.DeliveredOutcome
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.DeviceFacts
import dev.klarnastepup.ffi.Event as CoreEvent
import dev.klarnastepup.ffi.HostException
import dev.klarnastepup.ffi.Listener
import dev.klarnastepup.ffi.PresentFailure
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Presenter
import dev.klarnastepup.ffi.Question
import dev.klarnastepup.ffi.StatusCompletion
import dev.klarnastepup.ffi.StatusProblem
import dev.klarnastepup.ffi.StatusSource as CoreStatusSource
import dev.klarnastepup.ffi.StatusWord
import dev.klarnastepup.ffi.Surface as CoreSurface
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch

/**
 * Calls the host. The generated code hands exceptions to the library, but lets errors (a missing class, a failed assertion) go on into
 * native code, where the result would then be read though none was written.
 */
private inline fun <T> guarded(call: () -> T): T =
    try {
        call()
    } catch (thrown: Throwable) {
        throw HostException.Failed(thrown.javaClass.name)
    }

/** What the device can do; a surface of the app's own comes first. */
internal class FactsBridge(private val platform: Platform, private val custom: CustomSurface?) : DeviceFacts {
    override fun device(): Device = guarded {
        val device = platform.device()
        if (custom == null) device else device.copy(surfaces = listOf(CoreSurface.CUSTOM) + (device.surfaces - CoreSurface.CUSTOM))
    }
}

/** Shows journeys on the app's own surface, or on the platform's. */
internal class PresenterBridge(
    private val platform: Platform,
    private val custom: CustomSurface?,
    private val shell: Shell,
) : Presenter {
    private val onCustom = ConcurrentHashMap.newKeySet<String>()

    override fun present(presentation: Presentation) = guarded {
        if (presentation.surface == CoreSurface.CUSTOM && custom != null) {
            onCustom += presentation.attempt
            custom.present(
                Journey(AttemptId(presentation.attempt), presentation.url, presentation.paymentRequestId.orEmpty()),
                Reports(presentation.attempt, presentation.number),
            )
        } else {
            onCustom -= presentation.attempt
            platform.presenter.present(presentation)
        }
    }

    override fun dismiss(attempt: String, number: UInt) = guarded {
        if (onCustom.remove(attempt)) custom?.dismiss(AttemptId(attempt)) else platform.presenter.dismiss(attempt, number)
        Unit
    }

    override fun forwardLink(attempt: String, uri: String) = guarded {
        custom?.forward(uri) ?: platform.presenter.forward(attempt, uri)
    }

    private inner class Reports(private val attempt: String, private val number: UInt) : CustomSurface.Display {
        override fun presented() = shell.surfacePresented(attempt, number)

        override fun unavailable() = shell.surfaceFailed(attempt, number, PresentFailure.UNAVAILABLE)

        override fun noHost() = shell.surfaceFailed(attempt, number, PresentFailure.NO_HOST)

        override fun closed(link: String) {
            shell.surfaceClosed(attempt, number, link.ifEmpty { null })
        }
    }
}

/** Events, outcomes and states, into the hub. */
internal class ListenerBridge(private val hub: Hub) : Listener {
    override fun onEvent(event: CoreEvent) = guarded { hub.tell(event.toEvent()) }

    override fun onOutcome(outcome: DeliveredOutcome) = guarded { hub.tell(outcome.toOutcome()) }

    override fun onState(state: CoreState) = guarded { hub.tell(state.toState()) }
}

/** Runs the app's suspending answers, one job a question. */
internal class Answers(private val scope: CoroutineScope) {
    private val jobs = ConcurrentHashMap<ULong, Job>()

    fun start(id: ULong, answer: suspend () -> Unit) {
        val job = scope.launch(start = CoroutineStart.LAZY) { answer() }
        jobs[id] = job
        job.invokeOnCompletion { jobs.remove(id) }
        job.start()
    }

    fun cancel(id: ULong) {
        jobs.remove(id)?.cancel()
    }
}

/** Headers that expire. */
internal class CredentialsBridge(private val credentials: Credentials, private val answers: Answers) : CoreCredentials {
    override fun start(id: ULong, afterRejection: Boolean, completion: CredentialsCompletion) = guarded {
        answers.start(id) {
            completion.use {
                when (val answer = ask(afterRejection)) {
                    is CredentialsAnswer.Headers -> it.headers(answer.headers.toHeaders())
                    CredentialsAnswer.NotNow -> it.notNow()
                }
            }
        }
    }

    private suspend fun ask(afterRejection: Boolean): CredentialsAnswer =
        try {
            credentials.headers(afterRejection)
        } catch (cancelled: CancellationException) {
            throw cancelled
        } catch (_: Throwable) {
            CredentialsAnswer.NotNow
        }

    override fun cancel(id: ULong) = guarded { answers.cancel(id) }
}

/** Status and cancellation in the app's own way. */
internal class StatusBridge(private val source: StatusSource, private val answers: Answers) : CoreStatusSource {
    override fun start(question: Question, completion: StatusCompletion) = guarded {
        answers.start(question.id) {
            completion.use {
                when (val answer = ask(question)) {
                    is StatusAnswer.Answered ->
                        it.answered(
                            StatusWord(answer.word.toCore(), answer.reason.ifEmpty { null }, answer.details.ifEmpty { null }),
                        )
                    StatusAnswer.NotFound -> it.failed(StatusProblem.NOT_FOUND)
                    StatusAnswer.Failed -> it.failed(StatusProblem.FAILED)
                }
            }
        }
    }

    private suspend fun ask(question: Question): StatusAnswer =
        try {
            val payment = PaymentName(AttemptId(question.attempt), question.payment)
            if (question.cancelPayment) {
                source.cancel(payment, question.idempotencyKey.orEmpty())
            } else {
                source.status(payment)
            }
        } catch (cancelled: CancellationException) {
            throw cancelled
        } catch (_: Throwable) {
            StatusAnswer.Failed
        }

    override fun cancel(id: ULong) = guarded { answers.cancel(id) }
}
