package dev.klarnastepup.android

import android.app.Activity
import android.app.Application
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Handler
import dev.klarnastepup.JourneyPresenter
import dev.klarnastepup.ffi.PresentFailure
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Surface

/** Shows journeys on what Android has. What it is asked comes on a thread of the core's; activities are started on the main thread. */
internal class Journeys(
    private val application: Application,
    private val main: Handler,
    private val host: () -> Activity?,
) : JourneyPresenter {
    override fun present(presentation: Presentation) {
        main.post { show(presentation) }
    }

    override fun dismiss(attempt: String, number: UInt) {
        main.post { close(Wiring.Key(attempt, number)) }
    }

    private fun show(presentation: Presentation) {
        val key = Wiring.Key(presentation.attempt, presentation.number)
        val from = host() ?: return Wiring.failed(key, PresentFailure.NO_HOST)
        when (presentation.surface) {
            Surface.AUTH_TAB, Surface.CUSTOM_TAB -> {
                Wiring.plan(presentation)
                StepUpSurfaceActivity.start(from, key)
            }
            Surface.KLARNA_APP -> leaveFor(KlarnaApp(from.packageManager).view(Uri.parse(presentation.url)), from, key)
            Surface.BROWSER -> leaveFor(browser(presentation, from), from, key)
            Surface.AUTH_SESSION, Surface.CUSTOM -> Wiring.failed(key, PresentFailure.UNAVAILABLE)
        }
    }

    /** In the default browser; where there is none, the system asks the customer which. */
    private fun browser(presentation: Presentation, from: Activity): Intent {
        val browsers = Browsers(from.packageManager)
        return TabIntents.browser(presentation.url, browsers.default())
    }

    /** Another app takes over, in a task of its own: its end cannot be noticed, and is not waited for. */
    private fun leaveFor(intent: Intent?, from: Activity, key: Wiring.Key) {
        val started =
            try {
                intent?.let(from::startActivity) != null
            } catch (_: ActivityNotFoundException) {
                false
            } catch (_: SecurityException) {
                false
            }
        if (started) Wiring.left(key) else Wiring.failed(key, PresentFailure.UNAVAILABLE)
    }

    private fun close(key: Wiring.Key) {
        Wiring.take(key)
        val living = Wiring.surfaceActivity?.takeIf { it.shows(key) }
        // The system may have destroyed ours while the tab above it lives.
        if (living == null && Wiring.tab?.key != key) return
        Wiring.gone(key)
        StepUpSurfaceActivity.close(living ?: host() ?: application)
    }
}
