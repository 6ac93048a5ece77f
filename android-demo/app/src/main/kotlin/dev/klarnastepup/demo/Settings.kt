package dev.klarnastepup.demo

import android.content.Context
import org.json.JSONObject

/** What the shop remembers from one start to the next: small, and written at once, so that being killed costs nothing. */
class Settings(context: Context) {
    private val kept = context.getSharedPreferences("shop", Context.MODE_PRIVATE)

    /** Where the sandbox is; null until somebody says so. */
    var sandbox: SandboxAddress?
        get() = kept.getString("backend", null)?.let { SandboxAddress(it, kept.getString("control", null).orEmpty()) }
        set(value) = kept.edit().putString("backend", value?.backend).putString("control", value?.control).apply()

    /** What the customer wants to buy. */
    var basket: Basket
        get() = kept.getString("basket", null)?.let(::read) ?: Basket.FIRST
        set(value) = kept.edit().putString("basket", write(value)).apply()

    /** The name of the scenario that is played; null: none. */
    var scenario: String?
        get() = kept.getString("scenario", null)
        set(value) = kept.edit().putString("scenario", value).apply()

    private fun read(text: String): Basket {
        val json = JSONObject(text)
        return Basket(Product.entries.associateWith { json.optInt(it.name) }.filterValues { it > 0 })
    }

    private fun write(basket: Basket): String = JSONObject(basket.quantities.mapKeys { it.key.name }).toString()
}
