package dev.klarnastepup.android

import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration
import org.json.JSONArray
import org.json.JSONObject

/** A world of the sandbox for one test: a backend, Klarna's side, and a customer, by the control API of `control-api.yaml`. */
internal class World : AutoCloseable {
    private val http = HttpClient.newHttpClient()
    private val host =
        System.getenv("STEPUP_CONTROL")
            ?: error("STEPUP_CONTROL is not set: run `cargo xtask test android-shell`, which starts the sandbox")
    private val world = JSONObject(call("POST", "$host/worlds", "{}"))
    private val control = world.getString("control")

    /** The app's base URL. */
    val backend: String = world.getString("backend")

    /** A customer opens the address, walks through the journey and approves. Returns the link to the app on which it ends. */
    fun approve(url: String): String {
        val opened = JSONObject(call("POST", "$control/customers", JSONObject().put("url", url).toString()))
        val steps = JSONArray(listOf("phone:+4306762600456", "otp:123456", "option", "approve"))
        val reports = JSONArray(call("POST", "$control/customers/${opened.get("id")}/steps", JSONObject().put("steps", steps).toString()))
        val last = reports.getJSONObject(reports.length() - 1)
        check(last.getString("what") == "app-link") { "the journey does not end in the app: $last" }
        return last.getString("uri")
    }

    /** The endpoints that the phone asked, in this order: `start`, `status`, `cancel`. */
    fun wire(): List<String> {
        val entries = JSONArray(call("GET", "$control/wire"))
        return (0 until entries.length()).map { entries.getJSONObject(it).getString("endpoint") }
    }

    /** How many transactions Klarna has recorded. */
    fun transactions(): Int {
        val klarna = JSONObject(call("GET", "$control/books")).getJSONArray("klarna")
        return (0 until klarna.length()).sumOf { klarna.getJSONObject(it).getJSONArray("transactions").length() }
    }

    override fun close() {
        call("DELETE", "$host/worlds/${world.get("id")}")
    }

    private fun call(method: String, address: String, body: String? = null): String {
        val request =
            HttpRequest
                .newBuilder(URI(address))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .method(method, body?.let(BodyPublishers::ofString) ?: BodyPublishers.noBody())
                .build()
        val answer = http.send(request, BodyHandlers.ofString())
        check(answer.statusCode() in 200..299) { "$method $address: ${answer.statusCode()} ${answer.body()}" }
        return answer.body()
    }
}
