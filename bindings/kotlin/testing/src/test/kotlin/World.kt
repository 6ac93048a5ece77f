package dev.klarnastepup

import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.add
import kotlinx.serialization.json.buildJsonArray
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put

/** A world of the sandbox for one test: a backend, Klarna's side, and a customer, by the control API of `control-api.yaml`. */
internal class World : AutoCloseable {
    private val http = HttpClient.newHttpClient()
    private val host =
        System.getenv("STEPUP_CONTROL")
            ?: error("STEPUP_CONTROL is not set: run `cargo xtask test kotlin`, which starts the sandbox")
    private val world = call("POST", "$host/worlds", JsonObject(emptyMap())).jsonObject
    private val control = world.text("control")

    /** The app's base URL. */
    val backend: String = world.text("backend")

    /** A customer opens the address, walks through the journey and approves. Returns the link to the app on which it ends. */
    fun approve(url: String): String {
        val opened = call("POST", "$control/customers", buildJsonObject { put("url", url) })
        val customer = opened.jsonObject.getValue("id").jsonPrimitive.content
        val steps = buildJsonArray { listOf("phone:+4306762600456", "otp:123456", "option", "approve").forEach(::add) }
        val reports = call("POST", "$control/customers/$customer/steps", buildJsonObject { put("steps", steps) })
        val last = reports.jsonArray.last().jsonObject
        check(last.text("what") == "app-link") { "the journey does not end in the app: $last" }
        return last.text("uri")
    }

    /** What the phone asked, in this order. */
    fun wire(): List<Request> =
        call("GET", "$control/wire").jsonArray.map {
            val entry = it.jsonObject
            Request(entry.text("endpoint"), entry["idempotency_key"]?.jsonPrimitive?.content)
        }

    /** `endpoint`: `start`, `status` or `cancel`. */
    data class Request(val endpoint: String, val idempotencyKey: String?)

    /** What Klarna recorded: the state and the number of transactions of each payment. */
    fun klarna(): List<Payment> =
        call("GET", "$control/books").jsonObject.getValue("klarna").jsonArray.map {
            val payment = it.jsonObject
            Payment(
                (payment["state"] as? JsonPrimitive)?.takeIf { state -> state.isString }?.content,
                payment.getValue("transactions").jsonArray.size,
            )
        }

    data class Payment(val state: String?, val transactions: Int)

    override fun close() {
        call("DELETE", "$host/worlds/${world.getValue("id").jsonPrimitive.content}")
    }

    private fun call(method: String, address: String, body: JsonElement? = null): JsonElement {
        val publisher = body?.let { BodyPublishers.ofString(it.toString()) } ?: BodyPublishers.noBody()
        val request =
            HttpRequest.newBuilder(URI(address))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .method(method, publisher)
                .build()
        val answer = http.send(request, BodyHandlers.ofString())
        check(answer.statusCode() in 200..299) { "$method $address: ${answer.statusCode()} ${answer.body()}" }
        return if (answer.body().isEmpty()) JsonArray(emptyList()) else Json.parseToJsonElement(answer.body())
    }
}
