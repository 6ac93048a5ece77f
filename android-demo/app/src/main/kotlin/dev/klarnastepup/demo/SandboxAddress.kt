package dev.klarnastepup.demo

import java.net.URI
import java.net.URLDecoder
import org.json.JSONException
import org.json.JSONObject

/**
 * Where the sandbox is.
 *
 * @property backend the app's backend.
 * @property control its control API, for the fault switches; empty if it is not known.
 */
data class SandboxAddress(val backend: String, val control: String) {
    /** The host, if it is not this machine as the phone sees it: the library has to be told of it. */
    val foreignHost: String? get() = URI(backend).host?.takeUnless { it in LOOPBACK }

    companion object {
        /** What a debug build may reach in clear text. */
        val LOOPBACK = setOf("127.0.0.1", "localhost", "10.0.2.2")

        private const val LINK = "klarnastepup-demo://sandbox?"

        /** Reads what a person may paste: the link, the configuration that the sandbox prints, or the backend's address alone. Null: none of these. */
        fun read(text: String): SandboxAddress? {
            val said = text.trim()
            val (backend, control) =
                when {
                    said.startsWith(LINK) -> parameters(said.removePrefix(LINK)).let { it["backend"].orEmpty() to it["control"].orEmpty() }
                    said.startsWith("{") -> configuration(said) ?: return null
                    else -> said to ""
                }
            return SandboxAddress(backend.trimEnd('/'), control.trimEnd('/')).takeIf { problem(it) == null }
        }

        /** What is wrong with it, in words for the person who typed it; null if nothing is. */
        fun problem(address: SandboxAddress): String? =
            problem("The backend's address", address.backend)
                ?: address.control.takeIf { it.isNotEmpty() }?.let { problem("The control address", it) }

        private fun problem(what: String, address: String): String? {
            val uri = runCatching { URI(address) }.getOrNull()
            return when {
                uri?.host == null || uri.scheme !in setOf("http", "https") -> "$what is written like http://127.0.0.1:4001"
                uri.rawUserInfo != null -> "$what has a user name in it"
                uri.scheme == "http" && uri.host !in LOOPBACK -> "$what is not https, and is not on this machine"
                else -> null
            }
        }

        private fun configuration(text: String): Pair<String, String>? =
            try {
                JSONObject(text).let { it.optString("backend") to it.optString("control") }
            } catch (_: JSONException) {
                null
            }

        private fun parameters(query: String): Map<String, String> =
            query.split('&').filter { '=' in it }.associate { part ->
                val (name, value) = part.split('=', limit = 2)
                name to runCatching { URLDecoder.decode(value, "UTF-8") }.getOrDefault("")
            }
    }
}
