package dev.klarnastepup

import dev.klarnastepup.ffi.HostParts
import dev.klarnastepup.ffi.StepUpClient as Core
import dev.klarnastepup.ffi.StepUpException as CoreException
import dev.klarnastepup.ffi.libraryVersion
import java.io.File
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.launch

/**
 * Loads the library and makes its client when that is first needed, on the platform's dispatcher. Until then it keeps what the app said,
 * in order. All of it may be called on any thread; nothing waits.
 */
internal class Engine(
    private val config: StepUpConfig,
    private val platform: Platform,
    private val hub: Hub,
    private val presenter: PresenterBridge,
    private val version: String,
) {
    /** When a message is reason enough to load the library. */
    enum class Need {
        /** Now. */
        NOW,

        /** When the journal has attempts. */
        IF_JOURNALLED,

        /** Never: without a client there is nothing that it could concern. */
        NONE,
    }

    private sealed class Stage {
        object Idle : Stage()

        class Starting(val core: Deferred<Core>) : Stage()

        class Ready(val core: Core) : Stage()

        object Closed : Stage()
    }

    private class OwnerWish(val owner: String?, val adoptCurrent: Boolean)

    /** For work that outlives the call that began it. Its jobs end by themselves once the library is shut down. */
    val scope = CoroutineScope(SupervisorJob() + platform.dispatcher)

    private val asked = CoroutineScope(SupervisorJob() + platform.dispatcher)
    private val lock = Any()
    private val queue = ArrayDeque<(Core) -> Unit>()
    private val ownerWishes = ArrayDeque<OwnerWish>()
    private var owner = config.owner
    private var hostAttached = false
    private var inFront = true

    @Volatile private var stage: Stage = Stage.Idle

    /** The client, if it is there already. */
    fun coreOrNull(): Core? = (stage as? Stage.Ready)?.core

    val isClosed: Boolean get() = stage == Stage.Closed

    /** The client; made if it is not there. */
    suspend fun core(): Core = coreOrNull() ?: starting().await()

    /** Tells the client something, in order, now or once it is there. */
    fun post(need: Need, work: (Core) -> Unit) {
        val core =
            synchronized(lock) {
                when (val stage = stage) {
                    is Stage.Ready -> stage.core
                    is Stage.Starting -> return queue.addLast(work)
                    Stage.Closed -> return
                    Stage.Idle -> return postIdle(need, work)
                }
            }
        work(core)
    }

    private fun postIdle(need: Need, work: (Core) -> Unit) {
        when (need) {
            Need.NOW -> {
                queue.addLast(work)
                begin()
            }
            Need.IF_JOURNALLED -> startIfJournalled()
            Need.NONE -> return
        }
    }

    fun setOwner(owner: String?, adoptCurrent: Boolean) {
        synchronized(lock) {
            if (stage == Stage.Idle) {
                // What the library would change lies in the journal: without one there is nothing to adopt.
                if (!adoptCurrent && ownerWishes.isEmpty()) {
                    this.owner = owner
                } else {
                    ownerWishes.addLast(OwnerWish(owner, adoptCurrent))
                    startIfJournalled()
                }
                return
            }
        }
        post(Need.NONE) { it.setOwner(owner, adoptCurrent) }
    }

    fun foreground() {
        synchronized(lock) { inFront = true }
        post(Need.IF_JOURNALLED) { it.foregrounded() }
    }

    fun background() {
        synchronized(lock) { inFront = false }
        post(Need.NONE) { it.backgrounded() }
    }

    fun attachHost(attached: Boolean) {
        synchronized(lock) { hostAttached = attached }
        post(Need.NONE) { if (attached) it.attachHost(presenter) else it.detachHost() }
    }

    /** Ends everything; the job, when it has ended. */
    fun close(): Job {
        val last =
            synchronized(lock) {
                val last = stage
                stage = Stage.Closed
                queue.clear()
                last
            }
        val closing = scope.launch {
            if (last is Stage.Ready) shutDown(last.core)
            if (last is Stage.Starting) last.core.join()
            asked.coroutineContext.cancelChildren()
        }
        synchronized(closings) { closings += closing }
        closing.invokeOnCompletion { synchronized(closings) { closings -= closing } }
        return closing
    }

    private fun starting(): Deferred<Core> = synchronized(lock) {
        when (val stage = stage) {
            is Stage.Ready -> CompletableDeferred(stage.core)
            is Stage.Starting -> stage.core
            Stage.Closed -> throw StepUpException.Closed()
            Stage.Idle -> begin()
        }
    }

    private fun begin(): Deferred<Core> {
        val core = scope.async { start() }
        stage = Stage.Starting(core)
        return core
    }

    private suspend fun start(): Core {
        // A client of the same directory may be on its way out. This one too: then its own job is among them, and waits for us.
        val before = synchronized(closings) { closings.toList() }
        if (isClosed) throw StepUpException.Closed()
        before.forEach { it.join() }
        val core =
            try {
                make()
            } catch (thrown: Throwable) {
                synchronized(lock) {
                    queue.clear()
                    if (stage is Stage.Starting) stage = Stage.Idle
                }
                throw if (thrown is CancellationException) thrown else typed(thrown)
            }
        // Whether it was closed meanwhile is asked once, where it becomes ready: later, closing it is the other's business.
        var closed = false
        while (true) {
            val next =
                synchronized(lock) {
                    closed = isClosed
                    if (closed) null else queue.removeFirstOrNull() ?: null.also { stage = Stage.Ready(core) }
                }
            (next ?: break)(core)
        }
        if (closed) {
            shutDown(core)
            throw StepUpException.Closed()
        }
        return core
    }

    private fun make(): Core {
        val found = libraryVersion()
        if (found != version) throw StepUpException.VersionMismatch(version, found)
        val directory = directory()
        // Whether it can be used is for the library to say: a device that is locked may only refuse it for now.
        directory.mkdirs()
        val answers = Answers(asked)
        val parts =
            HostParts(
                transport = platform.transport,
                deviceFacts = FactsBridge(platform, config.customSurface),
                credentials = config.credentials?.let { CredentialsBridge(it, answers) },
                statusSource = config.statusSource?.let { StatusBridge(it, answers) },
                listener = ListenerBridge(hub),
            )
        val test = platform.testParts
        val isTest = test.clock != null || test.entropy != null || test.stepObserver != null
        val configuration = config.toCore(directory, synchronized(lock) { owner })
        val core = if (isTest) Core.forTesting(configuration, parts, test) else Core(configuration, parts)
        synchronized(lock) {
            ownerWishes.forEach { core.setOwner(it.owner, it.adoptCurrent) }
            ownerWishes.clear()
            if (hostAttached) core.attachHost(presenter)
            if (!inFront) core.backgrounded()
        }
        return core
    }

    private fun directory(): File =
        config.journalDirectory
            ?: try {
                platform.journalDirectory()
            } catch (_: Exception) {
                throw noDirectory()
            }

    private fun noDirectory() =
        StepUpException.Configuration(
            "journalDirectory",
            "the platform names no directory",
            "name one that the app may write",
        )

    private fun startIfJournalled() {
        scope.launch {
            // Attempts and outcomes have a file each; the other files are there from the first start on.
            val journalled =
                try {
                    directory().list().orEmpty().any { it.endsWith(".json") || it.endsWith(".damaged") }
                } catch (_: StepUpException) {
                    false
                }
            synchronized(lock) {
                when {
                    stage != Stage.Idle -> Unit
                    journalled -> begin()
                    else -> {
                        ownerWishes.lastOrNull()?.let { owner = it.owner }
                        ownerWishes.clear()
                    }
                }
            }
        }
    }

    private fun shutDown(core: Core) {
        core.shutdown()
        core.close()
    }

    private companion object {
        /** Clients that still hold their directory. */
        val closings = mutableSetOf<Job>()

        /** What cannot get better in this process: a class whose initialisation failed stays unusable. */
        @Volatile var broken: StepUpException? = null

        fun typed(thrown: Throwable): StepUpException =
            when (thrown) {
                is StepUpException -> thrown
                is CoreException -> thrown.toException()
                is LinkageError -> broken ?: unusable(thrown).also { broken = it }
                else -> unusable(thrown)
            }

        private fun unusable(thrown: Throwable): StepUpException {
            val mismatch = generateSequence(thrown) { it.cause }.any { "mismatch" in it.message.orEmpty() }
            return if (mismatch) {
                StepUpException.VersionMismatch(VERSION, "another release", thrown)
            } else {
                StepUpException.LibraryUnusable(thrown)
            }
        }
    }
}
