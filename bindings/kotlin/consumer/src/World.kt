package shop

import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration

/** A world of the sandbox: a backend, Klarna's side and a customer, by its control API. */
internal class World {
    private val http = HttpClient.newHttpClient()
    private val host = System.getenv("STEPUP_CONTROL") ?: error("STEPUP_CONTROL is not set")
    private val world = post("$host/worlds", "{}")
    private val control = text(world, "control")
    val backend = text(world, "backend")

    /** A customer opens the address, walks through the journey and approves. Returns the link on which it ends. */
    fun approve(url: String): String {
        val customer = Regex("\"id\"\\s*:\\s*\"?([^\",}]+)").find(post("$control/customers", "{\"url\": \"$url\"}"))
        val id = customer?.groupValues?.get(1) ?: error("no customer")
        val reports = post("$control/customers/$id/steps", STEPS)
        return text(reports.substringAfterLast("app-link"), "uri")
    }

    private fun text(json: String, name: String): String =
        Regex("\"$name\"\\s*:\\s*\"([^\"]*)\"").find(json)?.groupValues?.get(1) ?: error("no $name in $json")

    private fun post(address: String, body: String): String {
        val request =
            HttpRequest.newBuilder(URI(address))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build()
        val answer = http.send(request, BodyHandlers.ofString())
        check(answer.statusCode() in 200..299) { "$address: ${answer.statusCode()} ${answer.body()}" }
        return answer.body()
    }

    private companion object {
        const val STEPS = """{"steps": ["phone:+4306762600456", "otp:123456", "option", "approve"]}"""
    }
}
