package dev.klarnastepup.phone

import dev.klarnastepup.Credentials
import dev.klarnastepup.CredentialsAnswer
import dev.klarnastepup.JourneyPresenter
import dev.klarnastepup.Platform
import dev.klarnastepup.Shell
import dev.klarnastepup.ffi.Clock
import dev.klarnastepup.ffi.ClockReading
import dev.klarnastepup.ffi.Device as Facts
import dev.klarnastepup.ffi.PresentFailure
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.StepObserver
import dev.klarnastepup.ffi.Surface
import dev.klarnastepup.ffi.TestParts
import dev.klarnastepup.ffi.Waker
import dev.klarnastepup.testing.Rest
import dev.klarnastepup.testing.SeededEntropy
import java.io.File
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.locks.LockSupport
import kotlinx.coroutines.awaitCancellation
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** What the client sees of the phone: its screen, its clock, its kill points. */
internal class Device(wanted: JsonObject, private val output: Output) : Platform, JourneyPresenter, Clock, StepObserver {
    // Requests under way are reported, not waited for: the runner knows which of them the sandbox holds.
    private val rest = Rest { Int.MAX_VALUE }
    private val manner = wanted.textOrNull("presenter") ?: "confirm"
    private val facts =
        Facts(
            surfaces = wanted.getValue("surfaces").jsonArray.map {
                Surface.valueOf(it.jsonPrimitive.content.uppercase().replace('-', '_'))
            },
            httpsLinks = wanted.isTrue("https_links"),
            registeredSchemes = null,
            debuggable = true,
        )
    private val holds = Holds()
    private val commands = AtomicLong()
    private lateinit var shell: Shell

    @Volatile private var reading = wanted["clock"]?.let { it as? JsonObject }?.let(::reading)

    /** Requests that were begun. */
    val begun = AtomicInteger()

    /** Requests that the library counts as under way although they wait for the app's credentials, and have not left. */
    val withheld = AtomicInteger()

    /** Time is the runner's. */
    val isVirtual = reading != null

    override val debuggable = true
    override val dispatcher = rest.dispatcher
    override val presenter: JourneyPresenter = this
    override val testParts =
        TestParts(
            clock = takeIf { isVirtual },
            entropy = wanted.textOrNull("seed")?.let { SeededEntropy(it.toULong().toLong()) },
            stepObserver = this,
        )

    override fun journalDirectory(): File = error("the configuration names it")

    override fun device() = facts

    override fun observe(shell: Shell) {
        this.shell = shell
    }

    /** A command was dealt with. */
    fun commandDone() {
        commands.incrementAndGet()
        rest.changed()
    }

    fun changed() = rest.changed()

    /** Returns when all that was dispatched has run. */
    fun awaitDispatched() {
        while (!dispatcher.isIdle) Thread.yield()
    }

    fun holdAt(command: JsonObject) = holds.set(command)

    fun setClock(command: JsonObject) {
        reading = reading(command)
    }

    fun wake() = rest.wake()

    fun reportRest(): Nothing =
        rest.watch {
            output.say(
                "idle",
                "commands" to commands.get(),
                "in_flight" to maxOf(0, rest.inFlight - withheld.get()),
                "begun" to begun.get(),
                "wake_at" to rest.wakeAt,
            )
        }

    override fun now(): ClockReading = reading ?: error("no virtual time")

    override fun wakeAt(at: ULong?, inFlight: UInt, waker: Waker) = rest.wakeAt(rest.life, at, inFlight, waker)

    override fun present(presentation: Presentation) {
        val failure =
            when (manner) {
                "refuse" -> PresentFailure.UNAVAILABLE
                "no-host" -> PresentFailure.NO_HOST
                else -> null
            }
        if (failure != null) return shell.surfaceFailed(presentation.attempt, presentation.number, failure)
        val shown = manner == "confirm"
        output.say(
            "present",
            "attempt" to presentation.attempt,
            "number" to presentation.number.toLong(),
            "surface" to Output.kebab(presentation.surface),
            "url" to presentation.url,
            "callback_scheme" to presentation.callbackScheme,
            "shown" to shown,
        )
        if (shown) shell.surfacePresented(presentation.attempt, presentation.number)
    }

    override fun dismiss(attempt: String, number: UInt) = output.say("dismiss", "attempt" to attempt, "number" to number.toLong())

    override fun forward(attempt: String, uri: String) = output.say("forward", "attempt" to attempt)

    override fun before(attempt: String, step: String) = step(attempt, step, "before")

    override fun after(attempt: String, step: String) {
        if (step in SENDING) begun.incrementAndGet()
        step(attempt, step, "after")
    }

    private fun step(attempt: String, effect: String, moment: String) {
        val held = holds.passes(effect, moment)
        output.say(if (held) "held" else "step", "attempt" to attempt, "effect" to effect, "when" to moment)
        while (held) LockSupport.park()
    }

    private companion object {
        val SENDING = setOf("Authorize", "AskStatus", "CancelAtBackend")

        fun reading(clock: JsonObject) = ClockReading(clock.text("wall").toLong(), clock.text("mono").toULong())
    }
}

/** Where the library is to stop, and how often that place was passed. */
private class Holds {
    private var effect = ""
    private var moment = ""
    private var left = 0

    @Synchronized
    fun set(command: JsonObject) {
        effect = command.text("effect")
        moment = command.text("when")
        left = command.textOrNull("nth")?.toInt() ?: 1
    }

    /** True at the point itself. */
    @Synchronized
    fun passes(effect: String, moment: String): Boolean {
        if (left == 0 || effect != this.effect || moment != this.moment) return false
        left -= 1
        return left == 0
    }
}

/** What the app answers when it is asked for credentials: one after the other, the last for ever. */
internal class Purse(answers: JsonArray, private val device: Device) : Credentials {
    private val answers = ArrayDeque(answers)

    @Synchronized
    private fun next(): JsonElement = if (answers.size > 1) answers.removeFirst() else answers.first()

    override suspend fun headers(afterRejection: Boolean): CredentialsAnswer {
        val answer = next()
        if (answer is JsonObject) {
            // The observer counted one sending when the request was begun. After a rejection that one is over, and there may be another.
            if (afterRejection) device.begun.incrementAndGet()
            return CredentialsAnswer.bearer(answer.text("token"))
        }
        if (!afterRejection) device.begun.decrementAndGet()
        if ((answer as JsonPrimitive).content != "silence") return CredentialsAnswer.NotNow
        device.withheld.incrementAndGet()
        device.changed()
        try {
            awaitCancellation()
        } finally {
            device.withheld.decrementAndGet()
            device.changed()
        }
    }
}
