package dev.klarnastepup.demo

import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.LinearLayout
import dev.klarnastepup.AttemptId
import dev.klarnastepup.StepUpException
import dev.klarnastepup.WaitingView
import kotlin.math.ceil
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.merge
import kotlinx.coroutines.launch

/** One order's payment: what the customer sees of it, and below that its timeline for the colleague who tests. */
class PaymentActivity : Screen() {
    override val heading get() = "Checkout"
    override val corner: View get() = look.link("Share") { share() }

    private val reference: String get() = intent.getStringExtra(REFERENCE).orEmpty()
    private val waiting by lazy { WaitingView(this) }
    private val top by lazy { look.column() }
    private val script by lazy { look.column() }
    private val lines by lazy { look.column() }
    private var drawn = emptyList<Line>()

    override fun build(savedInstanceState: Bundle?) {
        add(top)
        add(Rounded(this, look.dp(16)).apply { addView(waiting) })
        add(script)
        add(look.section("Timeline"), 0)
        add(look.card(lines), 0)
        draw(shop.book.find(reference))
        drawLines(emptyList())
        // A screen that the system brings back does not pay again by itself.
        if (savedInstanceState == null && intent.getBooleanExtra(BEGIN, false)) pay()
    }

    override suspend fun follow() = coroutineScope {
        launch { shop.book.orders.map { shop.book.find(reference) }.distinctUntilChanged().collect(::draw) }
        launch { shop.scenarios.find(shop.book.find(reference)?.scenario)?.let(::drawScript) }
        shop.client.filterNotNull().collectLatest { client ->
            waiting.follow(client, reference)
            // Whatever happens is a reason to read the timeline again; so is the passing of time.
            val ticks = flow {
                while (true) {
                    emit(Unit)
                    delay(TICK_MS)
                }
            }
            merge(client.events.map { }, shop.book.orders.map { }, ticks).collectLatest { readTrace() }
        }
    }

    private fun pay() {
        shop.book.find(reference)?.let { shop.pay(this, it) }
    }

    private suspend fun trace(): String? {
        val attempt = shop.book.find(reference)?.attempt ?: return null
        return try {
            shop.client.value?.trace(AttemptId(attempt))
        } catch (_: StepUpException) {
            null
        }
    }

    private suspend fun readTrace() = drawLines(Line.read(trace()))

    private fun share() = attempt {
        val trace = trace() ?: return@attempt
        val send = Intent(Intent.ACTION_SEND)
            .setType("text/plain")
            .putExtra(Intent.EXTRA_SUBJECT, "KlarnaStepUp trace of $reference")
            .putExtra(Intent.EXTRA_TEXT, trace)
        startActivity(Intent.createChooser(send, "Share the trace"))
    }

    private fun draw(order: ShopOrder?) {
        top.removeAllViews()
        if (order == null) {
            top.addView(look.card(look.heading("Unknown order"), look.quiet("This shop does not know it any more.")))
            return
        }
        val end = order.end
        val name = look.quiet("Order ${order.reference}")
        val summary = look.row(
            name,
            look.heading(Basket.money(order.total), Look.BODY),
            wide = name,
        )
        val colour = when (end?.kind) {
            End.Kind.PAID -> look.palette.good
            End.Kind.NOT_PAID -> look.palette.bad
            End.Kind.OPEN, null -> look.palette.text
        }
        val title = look.text(end?.title ?: "Paying with Klarna", TITLE, colour, bold = true).apply {
            setPadding(0, look.dp(10), 0, 0)
            accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        }
        val card = look.card(summary, title, look.text(end?.text ?: "Finish the payment on Klarna's page. This screen follows along."))
        end?.let { card.addView(look.quiet(it.detail).apply { setPadding(0, look.dp(8), 0, 0) }) }
        top.addView(card)
        after(end?.kind).forEach {
            top.addView(it, LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT).apply { topMargin = look.dp(GAP) })
        }
    }

    /** What the customer can do then. Nothing invites a second payment while the first may still be one. */
    private fun after(kind: End.Kind?): List<View> =
        when (kind) {
            End.Kind.PAID -> listOf(look.primary("Back to the shop") { finish() })
            End.Kind.NOT_PAID -> listOf(look.klarna("Try again") { pay() }, look.secondary("Choose another method") { finish() })
            End.Kind.OPEN -> listOf(look.secondary("Check again") { checkAgain() })
            null -> emptyList()
        }

    private fun checkAgain() = attempt {
        val attempt = shop.book.find(reference)?.attempt ?: return@attempt
        try {
            shop.client.value?.checkAgain(AttemptId(attempt))
        } catch (_: StepUpException) {
            // It is settled meanwhile, and the order says so.
        }
    }

    private fun drawScript(scenario: Scenario) {
        if (script.childCount > 0) return
        val card = look.card()
        scenario.obstacle?.let { card.addView(look.quiet("This phone cannot play it to the letter: $it.").apply { setPadding(0, 0, 0, look.dp(8)) }) }
        scenario.script.forEachIndexed { index, step ->
            val words = look.text("${index + 1}.  ${step.words}", Look.SMALL).apply { setPadding(0, look.dp(4), look.dp(8), look.dp(4)) }
            val control = shop.control
            if (step.byControl && control != null) {
                val doIt = look.secondary("Do it") { attempt { step.perform(control) } }
                doIt.contentDescription = "Do it: ${step.words}"
                card.addView(look.row(words, doIt, wide = words))
            } else {
                card.addView(words)
            }
        }
        script.addView(look.section("Scenario: ${scenario.name}"))
        script.addView(card)
    }

    private fun drawLines(next: List<Line>) {
        if (next == drawn && lines.childCount > 0) return
        drawn = next
        lines.removeAllViews()
        if (next.isEmpty()) lines.addView(look.quiet("Nothing has happened yet."))
        // The newest first: it is the one that somebody waits for.
        next.asReversed().forEach { line ->
            val at = look.quiet(line.at, SMALLEST).apply {
                typeface = android.graphics.Typeface.MONOSPACE
                // By its own letters: since Android 14 large sizes grow less than small ones.
                layoutParams = LinearLayout.LayoutParams(ceil(paint.measureText(WIDEST_AT)).toInt(), WRAP_CONTENT)
            }
            val mark = look.quiet(if (line.incoming) "\u2190" else "\u2192", Look.SMALL).apply {
                contentDescription = if (line.incoming) "happened" else "wanted"
                layoutParams = LinearLayout.LayoutParams(look.sp(MARK_SP), WRAP_CONTENT)
            }
            val what = look.text(line.what, Look.SMALL, if (line.incoming) look.palette.text else look.palette.accent)
            lines.addView(look.row(at, mark, what, wide = what).apply { setPadding(0, look.dp(2), 0, look.dp(2)) })
        }
    }

    companion object {
        private const val REFERENCE = "reference"
        private const val BEGIN = "begin"
        private const val TICK_MS = 1_000L
        private const val TITLE = 26f
        private const val SMALLEST = 12f
        private const val GAP = 12
        private const val WIDEST_AT = "000.000 "
        private const val MARK_SP = 24

        /** The screen of this order; [begin]: and pays it. */
        fun intent(context: Context, reference: String, begin: Boolean): Intent =
            Intent(context, PaymentActivity::class.java).putExtra(REFERENCE, reference).putExtra(BEGIN, begin)
    }
}
