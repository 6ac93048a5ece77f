package dev.klarnastepup.demo

import java.text.NumberFormat
import java.util.Currency
import java.util.Locale
import org.json.JSONArray
import org.json.JSONObject

/** What the shop sells. Prices are in cents. */
enum class Product(val title: String, val about: String, val price: Int) {
    LAMP("Linen table lamp", "Oak foot, warm light", 5900),
    MUG("Stoneware mug", "Hand-thrown, 0.3\u00A0l", 1800),
    FERN("Fern in a pot", "Likes shade and showers", 2900),
    THROW("Wool throw", "130 \u00D7 170\u00A0cm, undyed", 8900),
}

/**
 * What a customer wants to buy.
 *
 * @property quantities how many of each; what is not in it is not wanted.
 */
data class Basket(val quantities: Map<Product, Int>) {
    /** Cents. */
    val total: Int get() = quantities.entries.sumOf { (product, quantity) -> product.price * quantity }

    /** One more, or one less. */
    fun changed(product: Product, by: Int): Basket {
        val quantity = ((quantities[product] ?: 0) + by).coerceIn(0, MOST)
        return Basket((quantities + (product to quantity)).filterValues { it > 0 })
    }

    /** The order as the backend wants it. */
    fun toJson(reference: String, email: String, shape: String): String =
        JSONObject()
            .put("reference", reference)
            .put("amount", total)
            .put("currency", CURRENCY)
            .put("reply", shape)
            .put("items", JSONArray(quantities.map { (product, quantity) -> item(product, quantity) }))
            .put("customer", JSONObject().put("email", email))
            .toString()

    private fun item(product: Product, quantity: Int): JSONObject =
        JSONObject()
            .put("name", product.title)
            .put("quantity", quantity)
            .put("unit_price", product.price)
            .put("total_amount", product.price * quantity)

    companion object {
        /** What all prices are in. */
        const val CURRENCY = "USD"
        private const val MOST = 9

        /** What is in it at first. */
        val FIRST = Basket(mapOf(Product.LAMP to 1, Product.MUG to 2))

        /** As a customer reads it. */
        fun money(cents: Int): String =
            NumberFormat.getCurrencyInstance(Locale.US).apply { currency = Currency.getInstance(CURRENCY) }.format(cents / 100.0)
    }
}
