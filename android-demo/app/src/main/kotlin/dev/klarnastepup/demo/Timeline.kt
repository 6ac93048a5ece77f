package dev.klarnastepup.demo

import java.util.Locale
import org.json.JSONException
import org.json.JSONObject

/**
 * One line of the timeline of an attempt. The library has taken out whatever is secret.
 *
 * @property at since the first line, as it is shown.
 * @property incoming something that happened, rather than something that was wanted.
 * @property what its name.
 */
data class Line(val at: String, val incoming: Boolean, val what: String) {
    companion object {
        /** The lines of the library's trace; none if it is not readable. */
        fun read(trace: String?): List<Line> =
            try {
                val steps = JSONObject(trace ?: "{}").optJSONArray("steps")
                List(steps?.length() ?: 0) { steps!!.getJSONObject(it) }.map {
                    val at = "%d.%03d".format(Locale.ROOT, it.optLong("ms") / 1_000, it.optLong("ms") % 1_000)
                    Line(at, it.has("in"), it.optString("in").ifEmpty { it.optString("out") })
                }
            } catch (_: JSONException) {
                emptyList()
            }
    }
}
