package dev.klarnastepup.demo

import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration
import org.json.JSONArray
import org.json.JSONObject

/** A sandbox of its own for one test, and the customer who walks through Klarna's pages. */
internal class World : AutoCloseable {
    private val http = HttpClient.newHttpClient()
    private val host =
        System.getenv("STEPUP_CONTROL")
            ?: error("STEPUP_CONTROL is not set: run `cargo xtask test android-demo`, which starts the sandbox")
    private val world = JSONObject(call("POST", "$host/worlds", "{}"))
    private val control = world.getString("control")

    /** What the QR code of `cargo xtask sandbox` holds. */
    val link = "klarnastepup-demo://sandbox?backend=${coded(world.getString("backend"))}&control=${coded(control)}"

    val backend: String = world.getString("backend")

    /** The customer opens the address and does these steps; returns the link to the app by which the journey is left. */
    fun customer(url: String, vararg steps: String): String {
        val opened = JSONObject(call("POST", "$control/customers", JSONObject().put("url", url).toString()))
        val body = JSONObject().put("steps", JSONArray(steps.toList())).toString()
        val reports = JSONArray(call("POST", "$control/customers/${opened.get("id")}/steps", body))
        val last = reports.getJSONObject(reports.length() - 1)
        check(last.getString("what") == "app-link") { "the journey does not end in the app: $last" }
        return last.getString("uri")
    }

    fun approve(url: String): String = customer(url, "phone:+4306762600456", "otp:123456", "option", "approve")

    fun deny(url: String): String = customer(url, "phone:+4306762600456", "otp:123456", "option", "deny")

    /** The faults between phone and backend that are in force. */
    fun faults(): List<String> {
        val all = JSONArray(call("GET", "$control/faults"))
        return List(all.length()) { all.getJSONObject(it) }.filter { it.getBoolean("active") }.map { it.getString("fault") }
    }

    /** What goes wrong at this party. */
    fun at(party: String) = JSONObject(call("GET", "$control/$party/faults"))

    /** What the phone asked, in this order. */
    fun wire(): List<JSONObject> {
        val entries = JSONArray(call("GET", "$control/wire"))
        return List(entries.length()) { entries.getJSONObject(it) }
    }

    /** How many transactions Klarna has recorded. */
    fun transactions(): Int {
        val klarna = JSONObject(call("GET", "$control/books")).getJSONArray("klarna")
        return (0 until klarna.length()).sumOf { klarna.getJSONObject(it).getJSONArray("transactions").length() }
    }

    override fun close() {
        call("DELETE", "$host/worlds/${world.get("id")}")
    }

    private fun coded(text: String): String = URLEncoder.encode(text, Charsets.UTF_8)

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
