package dev.klarnastepup.demo

import android.os.Bundle
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import kotlinx.coroutines.flow.combine

/** The basket, and the way to the checkout. */
class BasketActivity : Screen() {
    override val heading get() = "Birch & Bloom"
    override val corner: View get() = look.link("Test bench") { show(BenchActivity::class.java) }

    private var chosen: Scenario? = null

    override fun build(savedInstanceState: Bundle?) = draw()

    override fun onStart() {
        super.onStart()
        draw()
    }

    override suspend fun follow() {
        chosen = shop.scenarios.find(shop.settings.scenario)
        draw()
        combine(shop.book.orders, shop.client, shop.problem) { _, _, _ -> }.collect { draw() }
    }

    private fun draw() {
        body.removeAllViews()
        foot.removeAllViews()
        notices()
        val basket = shop.settings.basket
        Product.entries.forEach { add(card(it, basket.quantities[it] ?: 0)) }
        add(sum(basket))
        add(method())
        val pay = look.klarna("Pay with Klarna") { checkout() }
        pay.isEnabled = basket.total > 0 && shop.client.value != null
        pay.alpha = if (pay.isEnabled) 1f else DISABLED
        foot.addView(pay, LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, LinearLayout.LayoutParams.WRAP_CONTENT))
    }

    private fun notices() {
        val open = shop.book.orders.value.count { it.end == null || it.end.kind == End.Kind.OPEN }
        when {
            shop.problem.value != null ->
                add(look.door("The shop is not set up", shop.problem.value.orEmpty()) { show(DoctorActivity::class.java) })
            shop.client.value == null ->
                add(look.door("No backend yet", "Tap to connect this demo to a sandbox.") { show(SandboxActivity::class.java) })
        }
        if (open > 0) {
            val title = if (open == 1) "One payment is not finished" else "$open payments are not finished"
            add(look.door(title, "Tap to see how it stands.") { show(PaymentsActivity::class.java) })
        }
    }

    private fun card(product: Product, quantity: Int): View {
        val picture = ProductPicture(this, product).apply { layoutParams = LinearLayout.LayoutParams(look.dp(84), look.dp(84)) }
        val price = look.text(Basket.money(product.price))
        val count = look.heading(quantity.toString(), Look.BODY).apply {
            gravity = Gravity.CENTER
            contentDescription = "$quantity in the basket"
            minWidth = look.dp(28)
        }
        val less = look.sign("\u2212", "One less ${product.title}") { change(product, -1) }
        val more = look.sign("+", "One more ${product.title}") { change(product, 1) }
        // In large letters, or on a small phone, there is no room for the price beside the steps.
        val large = resources.configuration.run { screenWidthDp / fontScale < NARROW_DP }
        val below = if (large) look.row(less, count, more) else look.row(price, less, count, more, wide = price)
        below.setPadding(0, look.dp(6), 0, 0)
        val words = look.column(
            *listOfNotNull(look.heading(product.title, Look.BODY), look.quiet(product.about), price.takeIf { large }, below).toTypedArray(),
        ).apply { setPadding(look.dp(14), 0, 0, 0) }
        return look.card(look.row(picture, words, wide = words)).apply { setPadding(look.dp(12), look.dp(12), look.dp(12), look.dp(10)) }
    }

    private fun sum(basket: Basket): View =
        look.card(
            line("Delivery", "Free"),
            line("Total", Basket.money(basket.total), Look.HEADING),
        )

    private fun line(name: String, value: String, size: Float = Look.BODY): View {
        val left = if (size > Look.BODY) look.heading(name, size) else look.text(name, size)
        val right = if (size > Look.BODY) look.heading(value, size) else look.text(value, size)
        return look.row(left, right, wide = left).apply { setPadding(0, look.dp(2), 0, look.dp(2)) }
    }

    private fun method(): View {
        val scenario = chosen
        val about = scenario?.about ?: "The customer decides on Klarna's pages."
        return look.door("Scenario: ${scenario?.name ?: "none"}", about) { show(ScenariosActivity::class.java) }
    }

    private fun change(product: Product, by: Int) {
        shop.settings.basket = shop.settings.basket.changed(product, by)
        draw()
    }

    private fun checkout() {
        val basket = shop.settings.basket
        val scenario = chosen
        attempt {
            shop.control?.let { control -> scenario?.before?.forEach { it.perform(control) } }
            val now = System.currentTimeMillis()
            val reference = "BB-" + now.toString(RADIX).uppercase()
            val json = basket.toJson(reference, scenario?.email ?: Scenario.CUSTOMER, scenario?.shape ?: "klarna")
            val order = ShopOrder(reference, json, basket.total, scenario?.name.orEmpty(), now)
            shop.book.add(order)
            startActivity(PaymentActivity.intent(this, reference, begin = true))
        }
    }

    private companion object {
        const val DISABLED = 0.45f
        const val NARROW_DP = 340
        const val RADIX = 36
    }
}
