package dev.klarnastepup

import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.HttpTransport
import dev.klarnastepup.ffi.PresentFailure
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.TestParts
import java.io.File
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers

/**
 * Everything that the façade needs of the platform it runs on. Android's is in the shell, a test's in the testing product.
 *
 * Nothing here is called by [StepUpClient]'s constructor but [debuggable] and [observe]: both have to be cheap on the main thread.
 */
internal interface Platform {
    /** A debuggable build. Others refuse the sandbox unless the app insists. */
    val debuggable: Boolean

    /** What waiting calls, the start-up of the library and everything that may block runs on. Never the main thread. */
    val dispatcher: CoroutineDispatcher get() = Dispatchers.IO

    /** HTTP of the platform's own; null: the library's. Asked once, at start-up, on [dispatcher]. */
    val transport: HttpTransport? get() = null

    /** Shows journeys, except those on a surface of the app's own. */
    val presenter: JourneyPresenter

    /** Clock, entropy and kill points; none in production. Asked once, at start-up. */
    val testParts: TestParts get() = TestParts(null, null, null)

    /** The journal's directory where the configuration names none. May block; it is made if it is missing. */
    fun journalDirectory(): File

    /** What the device can do now. May block, for two seconds at most. */
    fun device(): Device

    /** Passes on to [shell] what happens on the platform, from now until [close]. The first call may come on any thread, at any time after. */
    fun observe(shell: Shell)

    /** What is wrong with the app's set-up as far as the platform can tell, for [StepUpClient.doctor]. May block. */
    fun findings(links: ReturnLinks): List<Finding> = emptyList()

    /** The client was closed. */
    fun close() {}
}

/** Shows journeys. Called off the main thread, in order; returns at once. What became of a presentation is told to the [Shell]. */
internal interface JourneyPresenter {
    /** Shows this journey. What throws counts as [PresentFailure.UNAVAILABLE]. */
    fun present(presentation: Presentation)

    /** Takes it away again, if it is still there. */
    fun dismiss(attempt: String, number: UInt)

    /** A handover link came for a journey on a `Custom` surface of the platform's own. */
    fun forward(attempt: String, uri: String) {}
}

/** What the platform tells the façade. All of it is cheap and may be called on any thread, the main thread included, before the library is loaded too. */
internal interface Shell {
    /** The app came to the front. */
    fun foreground()

    /** The app went to the back. Our own surface on top of it is not background. */
    fun background()

    /** The network changed. */
    fun networkChanged()

    /** There is a window or activity to present from. */
    fun hostAttached()

    /** There is none any more. */
    fun hostDetached()

    /** The surface of this presentation is up. */
    fun surfacePresented(attempt: String, number: UInt)

    /** It could not be shown. */
    fun surfaceFailed(attempt: String, number: UInt, failure: PresentFailure)

    /** It is gone. [uri]: the link that came as its result, if one did. Works in a later process than the one that presented, too. */
    fun surfaceClosed(attempt: String, number: UInt, uri: String?): LinkDisposition

    /** A link reached the app. */
    fun link(uri: String): LinkDisposition
}
