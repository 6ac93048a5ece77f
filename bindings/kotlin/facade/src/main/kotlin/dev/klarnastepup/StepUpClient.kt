@file:OptIn(ExperimentalStdlibApi::class)

package dev.klarnastepup

import dev.klarnastepup.Engine.Need
import dev.klarnastepup.ffi.DeliveredOutcome
import dev.klarnastepup.ffi.IfBusy as CoreIfBusy
import dev.klarnastepup.ffi.LinkDisposition as CoreDisposition
import dev.klarnastepup.ffi.PayOptions
import dev.klarnastepup.ffi.StepUpClient as Core
import dev.klarnastepup.ffi.StepUpException as CoreException
import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.transformWhile
import kotlinx.coroutines.withContext

/**
 * Carries the customers of one backend through Klarna's step-up. Make one a process and keep it.
 *
 * Making it does no I/O and loads no native code: the library is loaded on a background thread when it is first needed. Every function
 * may be called on any thread, the main thread included; none of them blocks.
 *
 * ```kotlin
 * stepUp.pay(Order(reference = "42", json = cart)) { outcome -> show(outcome) }
 * ```
 *
 * Cancelling a coroutine that waits never cancels the payment; [abandon] asks the backend to. Every outcome has to be acknowledged, or
 * it comes again at the next start.
 */
public class StepUpClient internal constructor(
    private val config: StepUpConfig,
    internal val platform: Platform,
    version: String = VERSION,
) : AutoCloseable {
    private val hub = Hub()
    internal val shell: Shell = ClientShell()
    private val engine = Engine(config, platform, hub, PresenterBridge(platform, config.customSurface, shell), version)
    private val waits = Waits(engine, hub)
    private val released = AtomicBoolean()

    internal val isClosed: Boolean get() = engine.isClosed

    init {
        val environment = config.environment
        if (environment is Environment.Sandbox && !environment.insist && !platform.debuggable) {
            throw StepUpException.Configuration(
                "environment",
                "it is the sandbox in a build that is not debuggable",
                "use Environment.Live or Environment.Test, or say Environment.Sandbox(insist = true)",
            )
        }
        platform.observe(shell)
    }

    /**
     * Outcomes that no call brought to the app: those of earlier processes that were not acknowledged, then those that come while this
     * is collected. Collect it from the start of the app on, and [acknowledge] each.
     *
     * Fails with a [StepUpException] if the client cannot work; ends when it is closed.
     */
    public val outcomes: Flow<Outcome> =
        flow {
            val core = engine.core()
            val kept =
                suspend {
                    // What came while nobody collected was not told: now it is.
                    core.setListener(ListenerBridge(hub))
                    core.outcomes().map { it.toOutcome() }
                }
            emitAll(hub.outcomes(kept))
        }.flowOn(platform.dispatcher)

    /**
     * The states of all attempts: the latest of each unfinished one, then each change.
     *
     * Fails with a [StepUpException] if the client cannot work; ends when it is closed.
     */
    public val states: Flow<AttemptState> =
        flow {
            val core = engine.core()
            emitAll(hub.states { core.unfinished().map { it.toState() } })
        }.flowOn(platform.dispatcher)

    /** What happens, without content. Nothing is replayed, and the oldest are dropped if they are not taken. Ends when the client is closed. */
    public val events: Flow<Event> = hub.events()

    /**
     * The states of one attempt, from the latest on until it is settled, for a screen that shows them to the customer: while this is
     * collected, waiting calls are patient with a customer who closed the surface.
     *
     * Fails with a [StepUpException] if the client cannot work.
     */
    public fun states(attempt: AttemptId): Flow<AttemptState> =
        flow {
            val core = engine.core()
            if (hub.observe(attempt)) core.setObserved(attempt.value, true)
            try {
                val all = hub.states { listOfNotNull(core.state(attempt.value)?.toState()) }
                emitAll(
                    all.filter { it.id == attempt }.transformWhile {
                        emit(it)
                        it.phase != Phase.SETTLED
                    },
                )
            } finally {
                if (hub.stopObserving(attempt)) engine.post(Need.NONE) { it.setObserved(attempt.value, false) }
            }
        }.flowOn(platform.dispatcher)

    /**
     * Takes the customer through the step-up and returns what became of the payment. Always ends, with [Outcome.Undetermined] after
     * [ConfirmationPolicy.maxWait] at the latest. [acknowledge] the outcome once the app has dealt with it.
     */
    public suspend fun pay(order: Order, ifBusy: IfBusy = IfBusy.JOIN): Outcome =
        try {
            waits.wait { core, wait -> core.pay(order.toCore(), PayOptions(ifBusy.toCore(), wait)) }
        } catch (error: StepUpException) {
            unusable(order, error)
        }

    /** As [pay], and acknowledges the outcome when [handler] returns without throwing. */
    public suspend fun <T> pay(order: Order, ifBusy: IfBusy = IfBusy.JOIN, handler: suspend (Outcome) -> T): T =
        handled(pay(order, ifBusy), handler)

    /** Journals an attempt that the app starts at its backend itself. */
    public suspend fun prepare(order: Order): Prepared =
        try {
            val prepared = call { it.prepare(order.toCore()).toPrepared() }
            if (prepared is Prepared.Ended) hub.received(prepared.outcome)
            prepared
        } catch (error: StepUpException) {
            Prepared.Ended(unusable(order, error))
        }

    /**
     * Hands over what the app's start request brought, and waits as [pay] does.
     *
     * @throws StepUpException.UnknownAttempt there is no such attempt.
     * @throws StepUpException.NotPossible it was not prepared, or was continued already.
     */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun continuePayment(attempt: AttemptId, reply: BackendReply): Outcome =
        waits.wait { core, wait -> core.continuePayment(attempt.value, reply.toCore(), wait) }

    /** As [continuePayment], and acknowledges the outcome when [handler] returns without throwing. */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun <T> continuePayment(
        attempt: AttemptId,
        reply: BackendReply,
        handler: suspend (Outcome) -> T,
    ): T = handled(continuePayment(attempt, reply), handler)

    /**
     * Waits for an unfinished attempt: asks once, and shows the journey again if the payment is still pending.
     *
     * @throws StepUpException.UnknownAttempt there is no such attempt.
     */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun resume(attempt: AttemptId): Outcome =
        waits.wait { core, wait -> core.resume(attempt.value, wait) }

    /** As [resume], and acknowledges the outcome when [handler] returns without throwing. */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun <T> resume(attempt: AttemptId, handler: suspend (Outcome) -> T): T =
        handled(resume(attempt), handler)

    /**
     * Shows the same payment request again, on [surface] if one is named ("open in browser").
     *
     * @throws StepUpException.UnknownAttempt there is no such attempt.
     * @throws StepUpException.NotPossible its state says that it cannot be reopened.
     */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun reopen(attempt: AttemptId, surface: Surface? = null) {
        call { it.reopen(attempt.value, surface?.toCore()) }
    }

    /**
     * Asks the backend now.
     *
     * @throws StepUpException.UnknownAttempt there is no such attempt.
     */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun checkAgain(attempt: AttemptId) {
        call { it.checkAgain(attempt.value) }
    }

    /**
     * The customer wants another method: asks the backend to cancel. The outcome is what the backend then says; if the payment was
     * approved meanwhile, it is [Outcome.Approved].
     *
     * @throws StepUpException.UnknownAttempt there is no such attempt.
     * @throws StepUpException.NotPossible its state says that it cannot be abandoned.
     */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun abandon(attempt: AttemptId) {
        call { it.abandon(attempt.value) }
    }

    /** All unfinished attempts of this account at this backend. */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun unfinished(): List<AttemptState> = call { core -> core.unfinished().map { it.toState() } }

    /** The outcomes that were not acknowledged, those that a call brought too. */
    internal suspend fun unacknowledged(): List<Outcome> = call { core -> core.outcomes().map { it.toOutcome() } }

    /** The state of an unfinished attempt of this account at this backend; null if there is none. */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun state(attempt: AttemptId): AttemptState? = call { it.state(attempt.value)?.toState() }

    /** The app has dealt with this outcome: it does not come again. */
    public fun acknowledge(outcome: Outcome): Unit = acknowledge(outcome.id)

    /** The app has dealt with this outcome: it does not come again. */
    @JvmExposeBoxed
    public fun acknowledge(outcome: OutcomeId) {
        if (outcome.value.isEmpty()) return
        hub.acknowledged(outcome)
        engine.post(Need.NOW) { it.acknowledge(outcome.value) }
    }

    /**
     * Says what a link is, and lets it cause a question to the backend. Pass every link that reaches the app; route it yourself only if
     * this returns [LinkDisposition.NotOurs].
     *
     * Before the library is loaded a link of ours is [LinkDisposition.Accepted], and loads it.
     */
    public fun handle(link: String): LinkDisposition {
        engine.coreOrNull()?.let { return it.handleLink(link).toDisposition() }
        if (!LinkAddress.isOurs(link, config.links)) return LinkDisposition.NotOurs
        engine.post(Need.NOW) { early(it.handleLink(link)) }
        return LinkDisposition.Accepted
    }

    /**
     * Who is signed in now; only a salted hash of it is stored. Attempts of others are neither asked about nor shown.
     *
     * @param owner the account, as the app names it; nobody if null.
     * @param adoptCurrent a guest who signs in keeps the attempts made before.
     */
    @JvmOverloads
    public fun setOwner(owner: String?, adoptCurrent: Boolean = false): Unit = engine.setOwner(owner, adoptCurrent)

    /** Fresh credentials are there: whatever waits for them is asked again. */
    public fun credentialsChanged(): Unit = engine.post(Need.NONE) { it.credentialsChanged() }

    /** The network changed. */
    public fun networkChanged(): Unit = engine.post(Need.NONE) { it.networkChanged() }

    /** Loads the library and starts it ahead of the first payment, in the background. */
    public fun warmUp(): Unit = engine.post(Need.NOW) { it.warmUp() }

    /** The timeline of an attempt as JSON, without secrets, to paste in a ticket; null if nothing is known of it. */
    @Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
    public suspend fun trace(attempt: AttemptId): String? = call { it.trace(attempt.value) }

    /** Looks at the set-up and says how to fix what is wrong. */
    public suspend fun doctor(): List<Finding> = withContext(platform.dispatcher) {
        val ofCore =
            try {
                engine.core().doctor().map { it.toFinding() }
            } catch (error: StepUpException) {
                listOf(unusable(error))
            }
        val ofPlatform = platform.findings(config.links)
        if (ofPlatform.isEmpty()) ofCore else ofPlatform + ofCore.filter { it.level != Finding.Level.FINE }
    }

    /** Ends every wait and releases the journal. Unfinished attempts stay in it. */
    override fun close() {
        shutDown()
    }

    /** As [close]; the job ends once the journal is free. */
    internal fun shutDown(): Job {
        val closing = engine.close()
        if (released.compareAndSet(false, true)) {
            hub.close()
            platform.close()
        }
        return closing
    }

    private suspend fun <T> handled(outcome: Outcome, handler: suspend (Outcome) -> T): T {
        val result = handler(outcome)
        acknowledge(outcome.id)
        return result
    }

    private suspend fun <T> call(work: suspend (Core) -> T): T = withContext(platform.dispatcher) {
        try {
            work(engine.core())
        } catch (error: CoreException) {
            throw error.toException()
        }
    }

    /** A link that came before the library was there turned out to be this. */
    private fun early(disposition: CoreDisposition) {
        val name =
            when (disposition) {
                is CoreDisposition.Refused -> "LinkRefused"
                is CoreDisposition.Late -> "LinkLate"
                else -> return
            }
        hub.tell(Event(System.currentTimeMillis(), null, name))
    }

    private fun unusable(error: StepUpException): Finding {
        val (problem, fix) =
            if (error is StepUpException.Configuration) {
                "${error.field}: ${error.problem}" to error.fix
            } else {
                error.message.orEmpty() to "until then no payment can be started"
            }
        return Finding("client-unusable", Finding.Level.BROKEN, problem, fix)
    }

    private inner class ClientShell : Shell {
        override fun foreground() = engine.foreground()

        override fun background() = engine.background()

        override fun networkChanged() = this@StepUpClient.networkChanged()

        override fun hostAttached() = engine.attachHost(true)

        override fun hostDetached() = engine.attachHost(false)

        override fun surfacePresented(attempt: String, number: UInt) =
            engine.post(Need.NONE) { it.surfacePresented(attempt, number) }

        override fun surfaceFailed(attempt: String, number: UInt, failure: dev.klarnastepup.ffi.PresentFailure) =
            engine.post(Need.NONE) { it.surfaceFailed(attempt, number, failure) }

        override fun surfaceClosed(attempt: String, number: UInt, uri: String?): LinkDisposition {
            engine.coreOrNull()?.let { return it.surfaceClosed(attempt, number, uri).toDisposition() }
            engine.post(Need.NOW) { early(it.surfaceClosed(attempt, number, uri)) }
            return if (uri != null && LinkAddress.isOurs(uri, config.links)) LinkDisposition.Accepted else LinkDisposition.NotOurs
        }

        override fun link(uri: String) = handle(uri)
    }
}

private fun IfBusy.toCore(): CoreIfBusy =
    when (this) {
        IfBusy.JOIN -> CoreIfBusy.JOIN
        IfBusy.REPLACE -> CoreIfBusy.REPLACE
    }
