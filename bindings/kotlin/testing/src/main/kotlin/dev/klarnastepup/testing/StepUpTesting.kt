package dev.klarnastepup.testing

import dev.klarnastepup.Environment
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.Platform
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.Shell
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.StepUpConfig
import dev.klarnastepup.Surface
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.Entropy
import dev.klarnastepup.ffi.TestParts
import dev.klarnastepup.toCore
import java.io.File
import java.nio.file.Files
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/**
 * A phone for tests: the real client and the real library, with a backend, a screen and a clock that a test steers. No network, no
 * emulator, no waiting.
 *
 * ```kotlin
 * StepUpTesting().use { phone ->
 *     val paying = async { phone.client.pay(Order("42", "{}")) }
 *     val journey = phone.surface.awaitJourney()
 *     journey.approve()
 *     journey.complete()
 *     assertIs<Outcome.Approved>(paying.await())
 * }
 * ```
 */
public class StepUpTesting internal constructor(
    private val links: ReturnLinks,
    private val configure: (StepUpConfig.Builder) -> StepUpConfig.Builder,
    private val entropy: (Int) -> Entropy,
) : AutoCloseable {
    /**
     * @param links the links of the app.
     * @param configure changes the configuration further; the backend, the environment and the journal's directory are the phone's.
     */
    @JvmOverloads
    public constructor(
        links: ReturnLinks = ReturnLinks("shop://klarna", "shopdone://klarna/done"),
        configure: (StepUpConfig.Builder) -> StepUpConfig.Builder = { it },
    ) : this(links, configure, { life -> SeededEntropy(life.toLong()) })

    private val rest = Rest { backend.heldCount }
    private val linkFaults: LinkFaults
    private val folder: File = Files.createTempDirectory("step-up").toFile()
    private var lives = 0
    private var journal = File(folder, "0")
    private var killPoint = KillPoint(rest)

    /** The time. */
    public val clock: VirtualClock = VirtualClock(rest)

    /** The backend. */
    public val backend: ScriptedBackend = ScriptedBackend(clock)

    /** The screen. */
    public val surface: FakeSurface

    /** The client of the process that lives now. */
    public var client: StepUpClient
        private set

    init {
        linkFaults = LinkFaults(clock)
        surface = FakeSurface(backend, linkFaults)
        client = start()
    }

    /** From now on this goes wrong. */
    public fun inject(fault: Fault): Unit = set(fault, true)

    /** It goes well again. */
    public fun heal(fault: Fault): Unit = set(fault, false)

    /** Hands over the links that [Fault.LATE_LINK] held back. */
    public fun deliverLateLinks(): List<LinkDisposition> = linkFaults.deliverLate()

    /** Returns when nothing will happen by itself any more until the clock moves or somebody acts. */
    public suspend fun settle(): Unit = withContext(Dispatchers.IO) { rest.await() }

    /** The app comes to the front. */
    public fun foreground(): Unit = client.shell.foreground()

    /** The app goes to the back. */
    public fun background(): Unit = client.shell.background()

    /** The effects of this process so far, by the names of `docs/architecture.md`. */
    public val steps: List<String> get() = killPoint.steps.toList()

    /** The process will die before its [step]th effect from now on (see [steps]); the first is 1. */
    public fun killAtStep(step: Int): Unit = killPoint.arm(step)

    /** Waits until the process has died at the step that [killAtStep] named, and starts the next one on what then was on the disk. */
    public suspend fun restartAfterKill(): Unit = withContext(Dispatchers.IO) {
        killPoint.await()
        restart()
    }

    /** Kills the process, and starts the next one on what is on the disk. Calls of the old one bring nothing. */
    public suspend fun restart(): Unit = withContext(Dispatchers.IO) {
        val dead = client
        val held = killPoint
        if (!held.isReached && !dead.isClosed) rest.await()
        backend.cutOff()
        lives += 1
        val next = File(folder, lives.toString())
        journal.copyRecursively(next)
        journal = next
        killPoint = KillPoint(rest)
        // What is left of the old process ends on a journal that nobody reads any more.
        rest.nextLife()
        held.release()
        dead.close()
        client = start()
        rest.await()
    }

    /** Ends the phone; nothing of it is kept. */
    override fun close() {
        killPoint.release()
        val ended = client.shutDown()
        runBlocking { ended.join() }
        rest.dispatcher.close()
        folder.deleteRecursively()
    }

    private fun set(fault: Fault, on: Boolean) {
        when (fault) {
            Fault.OFFLINE -> {
                backend.online(!on)
                if (!on) client.networkChanged()
            }
            Fault.LOST_START_REPLY -> {
                if (on) backend.onNextStart(ScriptedBackend.StartReply.LOST)
            }
            else -> linkFaults.set(fault, on)
        }
    }

    private fun start(): StepUpClient {
        val config =
            configure(StepUpConfig.Builder(ScriptedBackend.BASE, links).environment(Environment.Test))
                .journalDirectory(journal)
                .build()
        val client = StepUpClient(config, Phone(killPoint))
        client.shell.hostAttached()
        client.warmUp()
        return client
    }

    /** What the client sees of this phone. */
    private inner class Phone(killPoint: KillPoint) : Platform {
        private lateinit var shell: Shell

        override val debuggable = true
        override val dispatcher = rest.dispatcher
        override val transport = backend.cutOff()
        override val presenter = surface.presenter { shell }
        override val testParts = TestParts(clock.seam(), entropy(lives), killPoint)

        override fun journalDirectory() = journal

        override fun device(): Device = Device(surface.available.map(Surface::toCore), surface.httpsLinks, null, true)

        override fun observe(shell: Shell) {
            this.shell = shell
        }
    }
}
