package dev.klarnastepup.testing

import dev.klarnastepup.AttemptId
import dev.klarnastepup.JourneyPresenter
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.Shell
import dev.klarnastepup.Surface
import dev.klarnastepup.ffi.PresentFailure
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Surface as CoreSurface
import kotlinx.coroutines.channels.Channel

/** A screen that shows what it is told to, and lets a test do what a customer and the system do. */
public class FakeSurface internal constructor(private val backend: ScriptedBackend, private val links: LinkFaults) {
    private val shown = Channel<FakeJourney>(Channel.UNLIMITED)
    private val open = mutableMapOf<String, FakeJourney>()

    /** Where a journey can be shown, best first. */
    public var available: List<Surface> = listOf(Surface.AUTH_TAB, Surface.CUSTOM_TAB, Surface.BROWSER)

    /** Whether https links come to the app. */
    public var httpsLinks: Boolean = true

    /** What it says when it is to show a journey. */
    public var manner: Manner = Manner.SHOWS

    /** What a surface says when it is to show a journey. */
    public enum class Manner {
        /** It is up. */
        SHOWS,

        /** Nothing. */
        IS_SILENT,

        /** This surface is not to be had. */
        IS_UNAVAILABLE,

        /** There is no activity to show it from. */
        HAS_NO_HOST,
    }

    /** Waits for the next journey that is shown. */
    public suspend fun awaitJourney(): FakeJourney = shown.receive()

    /** The journeys that are on the screen. */
    public val journeys: List<FakeJourney> get() = synchronized(open) { open.values.toList() }

    /** The presenter of a process. */
    internal fun presenter(shell: () -> Shell): JourneyPresenter =
        object : JourneyPresenter {
            override fun present(presentation: Presentation) {
                val failure =
                    when (manner) {
                        Manner.SHOWS, Manner.IS_SILENT -> null
                        Manner.IS_UNAVAILABLE -> PresentFailure.UNAVAILABLE
                        Manner.HAS_NO_HOST -> PresentFailure.NO_HOST
                    }
                if (failure != null) return shell().surfaceFailed(presentation.attempt, presentation.number, failure)
                val journey = FakeJourney(presentation, backend, links, shell)
                synchronized(open) { open[presentation.attempt] = journey }
                if (manner == Manner.SHOWS) shell().surfacePresented(presentation.attempt, presentation.number)
                shown.trySend(journey)
            }

            override fun dismiss(attempt: String, number: UInt) {
                synchronized(open) { open.remove(attempt) }
            }
        }
}

/** A journey on the screen. */
public class FakeJourney internal constructor(
    internal val presentation: Presentation,
    private val backend: ScriptedBackend,
    private val links: LinkFaults,
    private val shell: () -> Shell,
) {
    /** The attempt. */
    public val attempt: AttemptId = AttemptId(presentation.attempt)

    /** Where it is shown. */
    public val surface: Surface =
        when (presentation.surface) {
            CoreSurface.KLARNA_APP -> Surface.KLARNA_APP
            CoreSurface.AUTH_SESSION, CoreSurface.AUTH_TAB -> Surface.AUTH_TAB
            CoreSurface.CUSTOM_TAB -> Surface.CUSTOM_TAB
            CoreSurface.BROWSER -> Surface.BROWSER
            CoreSurface.CUSTOM -> Surface.CUSTOM
        }

    /** The link that brings the app to the front during the journey. */
    public val handoverLink: String get() = backend.payment(presentation.attempt).handover

    /** The link on which the journey ends. */
    public val completionLink: String get() = backend.payment(presentation.attempt).completion

    /** The customer pays, and the backend knows it. No link comes yet. */
    public fun approve(): Unit = backend.approve(presentation.attempt)

    /** Klarna declines. No link comes yet. */
    public fun decline(): Unit = backend.decline(presentation.attempt)

    /** The customer closes the surface. */
    public fun close() {
        shell().surfaceClosed(presentation.attempt, presentation.number, null)
    }

    /** Klarna hands over to the app, as after a visit to a bank's app. */
    public suspend fun handOver(): List<LinkDisposition> = links.deliver(handoverLink) { shell().link(it) }

    /** The journey ends on its link: the surface goes, and the link comes as its result. */
    public suspend fun complete(): List<LinkDisposition> =
        links.deliver(completionLink) { shell().surfaceClosed(presentation.attempt, presentation.number, it) }
}
