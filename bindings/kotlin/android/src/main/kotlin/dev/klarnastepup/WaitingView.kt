package dev.klarnastepup

import android.content.Context
import android.content.res.Configuration
import android.util.AttributeSet
import android.view.Gravity
import android.view.View
import android.widget.ScrollView
import dev.klarnastepup.android.WaitingContent
import dev.klarnastepup.android.WaitingMode
import java.util.Locale
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch

/**
 * What the customer sees between Klarna's pages and the outcome: that the payment is being checked, and, when it is their turn, *Continue
 * with Klarna* and *Use another method*. Lay it over the screen that pays; it is there while there is something to wait for, and gone
 * otherwise. Optional: the states of the client are all that it needs, and an app can draw its own.
 *
 * ```kotlin
 * val waiting = WaitingView(this).also { addContentView(it, LayoutParams(MATCH_PARENT, MATCH_PARENT)) }
 * waiting.follow(stepUp, "42")
 * stepUp.pay(this, Order("42", cart)) { outcome -> show(outcome) }
 * ```
 *
 * Follows the app's language, dark mode, font size and reading direction, and tells a screen reader of each change. Uses no resources and
 * no theme of the app's.
 */
public class WaitingView
@JvmOverloads
constructor(
    context: Context,
    attributes: AttributeSet? = null,
) : ScrollView(context, attributes) {
    private val content = WaitingContent(context)
    private var job: Job? = null
    private var followed: Followed? = null
    private var shown: WaitingMode? = null

    /** What it says; null: the library's own words, in the language of the context. */
    public var texts: WaitingTexts? = null
        set(value) {
            field = value
            draw()
        }

    init {
        isFillViewport = true
        visibility = GONE
        // Where the app draws to the edges of the screen, which Android 15 makes all do.
        fitsSystemWindows = true
        addView(content, LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.WRAP_CONTENT, Gravity.CENTER_HORIZONTAL))
        draw()
    }

    /** Shows the attempts of this order from now on, while the view is on a screen. Replaces what was followed before. Main thread. */
    public fun follow(client: StepUpClient, reference: String) {
        followed = Followed(client, reference)
        show(null)
        if (isAttachedToWindow) begin()
    }

    override fun onAttachedToWindow() {
        super.onAttachedToWindow()
        begin()
    }

    override fun onDetachedFromWindow() {
        job?.cancel()
        job = null
        super.onDetachedFromWindow()
    }

    override fun onConfigurationChanged(newConfig: Configuration?) {
        super.onConfigurationChanged(newConfig)
        draw()
    }

    private fun begin() {
        job?.cancel()
        job = followed?.let { it.scope.launch { it.watch() } }
    }

    internal fun show(mode: WaitingMode?) {
        shown = mode
        visibility = if (mode == null) GONE else View.VISIBLE
        draw()
    }

    private fun draw() {
        val locales = resources.configuration.locales
        val known = List(locales.size()) { locales[it] ?: Locale.ENGLISH }
        setBackgroundColor(content.draw(shown ?: WaitingMode.Checking, texts ?: WaitingTexts.of(known), followed))
    }

    /** What is followed, and what its buttons do. */
    internal inner class Followed(
        private val client: StepUpClient,
        private val reference: String,
    ) {
        val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
        private var attempt: AttemptId? = null

        suspend fun watch() {
            try {
                client.states
                    .filter { it.reference == reference && it.phase != Phase.SETTLED }
                    .map { it.id }
                    .distinctUntilChanged()
                    // This stream of one attempt's tells the library that somebody watches, so that it waits patiently.
                    .collectLatest { client.states(it).collect(::told) }
            } catch (_: StepUpException) {
                // The call that pays says the same, and the app deals with it there.
                show(null)
            }
        }

        private fun told(state: AttemptState) {
            attempt = state.id
            val next = WaitingMode.of(state)
            // "Stopping" lasts until the outcome, unless the backend says that it is the customer's turn again.
            if (shown != WaitingMode.Stopping || next == null || next is WaitingMode.Waiting) show(next)
        }

        fun goOn() = act(WaitingMode.Checking) { client.reopen(it) }

        fun useAnotherMethod() = act(WaitingMode.Stopping) { client.abandon(it) }

        /** Shows at once that the button was pressed; takes it back if it could not be done. */
        private fun act(meanwhile: WaitingMode, action: suspend (AttemptId) -> Unit) {
            val id = attempt ?: return
            val before = shown
            show(meanwhile)
            scope.launch {
                try {
                    action(id)
                } catch (cancelled: CancellationException) {
                    throw cancelled
                } catch (_: StepUpException) {
                    if (shown == meanwhile) show(before)
                }
            }
        }
    }
}
