package dev.klarnastepup.demo

import android.content.Context
import dev.klarnastepup.Outcome
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.json.JSONArray
import org.json.JSONObject

/**
 * An order of this shop.
 *
 * @property reference its name, to customer and backend.
 * @property json what the backend is sent.
 * @property total cents.
 * @property scenario the scenario that it was made for; empty: none.
 * @property madeAt Unix milliseconds.
 * @property attempt the library's attempt to pay it, once there is one; for the trace.
 * @property end what became of it; null: not known.
 */
data class ShopOrder(
    val reference: String,
    val json: String,
    val total: Int,
    val scenario: String,
    val madeAt: Long,
    val attempt: String? = null,
    val end: End? = null,
)

/** The shop's own record of its orders. An outcome is acknowledged only when it stands in here. */
class OrderBook(context: Context) {
    private val kept = context.getSharedPreferences("orders", Context.MODE_PRIVATE)
    private val writing = Mutex()
    private val known = MutableStateFlow(read(kept.getString("orders", null)))

    /** All of them, the newest first. */
    val orders: StateFlow<List<ShopOrder>> = known.asStateFlow()

    fun find(reference: String): ShopOrder? = known.value.firstOrNull { it.reference == reference }

    suspend fun add(order: ShopOrder) = write { listOf(order) + it }

    /** Which attempt pays it. */
    suspend fun began(reference: String, attempt: String) {
        if (find(reference)?.attempt == attempt) return
        write { all -> all.map { if (it.reference == reference) it.copy(attempt = attempt) else it } }
    }

    /** It is being tried again. */
    suspend fun reopened(reference: String) = write { all -> all.map { if (it.reference == reference) it.copy(end = null) else it } }

    /** Writes down what became of an order. When this returns, it is on the disk. */
    suspend fun record(outcome: Outcome) = write { all ->
        all.map {
            if (it.reference != outcome.reference) return@map it
            it.copy(end = End.of(outcome), attempt = outcome.attempt?.value ?: it.attempt)
        }
    }

    private suspend fun write(change: (List<ShopOrder>) -> List<ShopOrder>) = writing.withLock {
        val next = change(known.value).take(MOST)
        withContext(Dispatchers.IO) { kept.edit().putString("orders", text(next)).commit() }
        known.value = next
    }

    private fun text(orders: List<ShopOrder>): String = JSONArray(orders.map(::toJson)).toString()

    private fun toJson(order: ShopOrder): JSONObject =
        JSONObject()
            .put("reference", order.reference)
            .put("json", order.json)
            .put("total", order.total)
            .put("scenario", order.scenario)
            .put("made_at", order.madeAt)
            .put("attempt", order.attempt)
            .put("end", order.end?.toJson())

    private fun read(text: String?): List<ShopOrder> {
        val all = JSONArray(text ?: return emptyList())
        return List(all.length()) { all.getJSONObject(it) }.map {
            ShopOrder(
                it.getString("reference"),
                it.getString("json"),
                it.getInt("total"),
                it.getString("scenario"),
                it.getLong("made_at"),
                it.optString("attempt").ifEmpty { null },
                it.optJSONObject("end")?.let(End::read),
            )
        }
    }

    private companion object {
        const val MOST = 50
    }
}
