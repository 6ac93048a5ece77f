package dev.klarnastepup.demo

import android.os.Bundle
import android.text.format.DateUtils
import android.view.View
import dev.klarnastepup.AttemptState
import dev.klarnastepup.Phase
import dev.klarnastepup.StepUpException
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.launch

/** Payments that are not finished, as the library knows them, and the orders of this shop. */
class PaymentsActivity : Screen() {
    override val heading get() = "Payments"

    private val unfinished = LinkedHashMap<String, AttemptState>()

    override fun build(savedInstanceState: Bundle?) = draw()

    override suspend fun follow() = coroutineScope {
        launch { shop.book.orders.collect { draw() } }
        shop.client.collectLatest { client ->
            unfinished.clear()
            draw()
            try {
                client?.states?.collect(::told)
            } catch (_: StepUpException) {
                // The basket says that the shop is not set up.
            }
        }
    }

    /** The latest of each unfinished attempt comes first, then each change. */
    private fun told(attempt: AttemptState) {
        if (attempt.phase == Phase.SETTLED) unfinished.remove(attempt.id.value) else unfinished[attempt.id.value] = attempt
        draw()
    }

    private fun draw() {
        body.removeAllViews()
        add(look.section("Not finished"))
        if (unfinished.isEmpty()) add(look.card(look.quiet("Every payment is finished.")), 0)
        unfinished.values.forEachIndexed { index, attempt -> add(open(attempt), if (index == 0) 0 else GAP) }
        add(look.section("Orders"), 0)
        val orders = shop.book.orders.value.filter { order -> unfinished.values.none { it.reference == order.reference } }
        if (orders.isEmpty()) add(look.card(look.quiet("None yet.")), 0)
        orders.forEachIndexed { index, order ->
            val state = order.end?.title ?: "Not known yet"
            val about = "${Basket.money(order.total)} \u00B7 ${ago(order.madeAt)}${if (order.scenario.isEmpty()) "" else " \u00B7 " + order.scenario}"
            val door = look.door("${order.reference}: $state", about) { startActivity(PaymentActivity.intent(this, order.reference, begin = false)) }
            add(door, if (index == 0) 0 else GAP)
        }
    }

    private fun open(attempt: AttemptState): View {
        val total = shop.book.find(attempt.reference)?.total?.let { Basket.money(it) + " \u00B7 " }.orEmpty()
        val goOn = look.klarna("Continue with Klarna") {
            startActivity(PaymentActivity.intent(this, attempt.reference, begin = false))
            shop.resume(this, attempt)
        }
        return look.card(
            look.heading(attempt.reference, Look.BODY),
            look.quiet("$total${if (attempt.waitingForCustomer) "your turn" else words(attempt.phase)} \u00B7 ${ago(attempt.createdAtMillis)}").apply { setPadding(0, look.dp(2), 0, look.dp(10)) },
            goOn,
        )
    }

    private fun words(phase: Phase): String =
        when (phase) {
            Phase.STARTING -> "being started"
            Phase.READY -> "ready"
            Phase.IN_JOURNEY -> "on Klarna's page"
            Phase.CONFIRMING -> "being checked"
            Phase.SETTLED -> "settled"
        }

    private fun ago(at: Long): CharSequence {
        val now = System.currentTimeMillis()
        return if (now - at < DateUtils.MINUTE_IN_MILLIS) "just now" else DateUtils.getRelativeTimeSpanString(at, now, DateUtils.MINUTE_IN_MILLIS)
    }

    private companion object {
        const val GAP = 12
    }
}
