package dev.klarnastepup.demo

import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject
import org.json.JSONTokener

/** The sandbox's control API (`/_control`), as far as fault switches and scenarios need it. Every function throws an [IOException] that can be shown. */
class Control(private val address: String) {
    /** The faults between phone and backend that are in force, by name and endpoint. */
    suspend fun faults(): List<JSONObject> {
        val all = JSONArray(call("GET", "/faults"))
        return List(all.length()) { all.getJSONObject(it) }.filter { it.optBoolean("active") }
    }

    suspend fun setFault(fault: JSONObject): Int = json(call("POST", "/faults", fault)).getInt("id")

    suspend fun clearFault(id: Int) {
        call("DELETE", "/faults/$id")
    }

    suspend fun clearFaults() {
        call("DELETE", "/faults")
    }

    /** What goes wrong at this party: `klarna`, or `acquirer`. */
    suspend fun at(party: String): JSONObject = json(call("GET", "/$party/faults"))

    suspend fun setAt(party: String, faults: JSONObject) {
        call("PUT", "/$party/faults", faults)
    }

    suspend fun network(online: Boolean) {
        call("PUT", "/network", JSONObject().put("online", online))
    }

    suspend fun restartAcquirer() {
        call("POST", "/acquirer/restart")
    }

    private fun json(text: String): JSONObject =
        try {
            JSONTokener(text).nextValue() as? JSONObject ?: throw IOException("The sandbox answered something else than expected.")
        } catch (error: JSONException) {
            throw IOException("The sandbox answered something else than expected.", error)
        }

    private suspend fun call(method: String, path: String, body: JSONObject? = null): String = withContext(Dispatchers.IO) {
        val connection = URL(address + path).openConnection() as HttpURLConnection
        try {
            connection.requestMethod = method
            connection.connectTimeout = TIMEOUT_MS
            connection.readTimeout = TIMEOUT_MS
            if (body != null) {
                connection.doOutput = true
                connection.setRequestProperty("Content-Type", "application/json")
                connection.outputStream.use { it.write(body.toString().toByteArray()) }
            }
            if (connection.responseCode !in 200..299) {
                val said = connection.errorStream?.bufferedReader()?.use { it.readText() }.orEmpty()
                throw IOException("The sandbox refused: ${connection.responseCode} $said")
            }
            connection.inputStream.bufferedReader().use { it.readText() }
        } finally {
            connection.disconnect()
        }
    }

    private companion object {
        const val TIMEOUT_MS = 5_000
    }
}
