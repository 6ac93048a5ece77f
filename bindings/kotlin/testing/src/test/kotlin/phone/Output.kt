package dev.klarnastepup.phone

import dev.klarnastepup.AttemptState
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.NotStartedReason
import dev.klarnastepup.Outcome
import dev.klarnastepup.StepUpException
import java.io.PrintStream
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonPrimitive

/** Reports, one JSON object a line on stdout. */
internal class Output(private val stream: PrintStream) {
    fun say(what: String, vararg fields: Pair<String, Any?>) {
        val line = JsonObject(mapOf("what" to JsonPrimitive(what)) + fields.associate { (name, value) -> name to element(value) })
        synchronized(stream) {
            stream.write("$line\n".encodeToByteArray())
            stream.flush()
        }
    }

    fun refused(error: Exception) = say("refused", "error" to error.message.orEmpty())

    fun answer(call: JsonElement, error: StepUpException?) = say("answer", "call" to call, "error" to error?.message)

    fun state(state: AttemptState) = say("state", *words(state))

    fun told(outcome: Outcome, call: JsonElement?) {
        val (name, reason) = words(outcome)
        say(
            "outcome",
            "via" to if (call == null) "stream" else "call",
            "call" to call,
            "id" to outcome.id.value,
            "attempt" to outcome.attempt?.value,
            "reference" to outcome.reference,
            "outcome" to name,
            "reason" to reason,
            "receipt" to (outcome is Outcome.Approved && outcome.receipt.isNotEmpty()),
            "supersedes" to outcome.supersedes?.value,
        )
    }

    /** The caller is gone, and says so itself. */
    fun stoppedWaiting(call: JsonElement, attempt: String?, reference: String) =
        say(
            "outcome",
            "via" to "call",
            "call" to call,
            "id" to "",
            "attempt" to attempt,
            "reference" to reference,
            "outcome" to "undetermined",
            "reason" to "stopped-waiting",
            "receipt" to false,
            "supersedes" to null,
        )

    fun disposition(disposition: LinkDisposition) {
        val name =
            when (disposition) {
                is LinkDisposition.Refused -> "refused-" + kebab(disposition.reason)
                LinkDisposition.LateForAnother -> "late"
                LinkDisposition.NotOurs -> "not-ours"
                else -> disposition.toString().lowercase()
            }
        say("disposition", "disposition" to name, "attempt" to (disposition as? LinkDisposition.OfAttempt)?.attempt?.value)
    }

    companion object {
        fun kebab(name: Enum<*>): String = name.name.lowercase().replace('_', '-')

        fun words(state: AttemptState): Array<Pair<String, Any?>> =
            arrayOf(
                "attempt" to state.id.value,
                "reference" to state.reference,
                "phase" to kebab(state.phase),
                "who_acts" to kebab(state.whoActs),
                "waiting_for_customer" to state.waitingForCustomer,
                "can_reopen" to state.canReopen,
                "can_abandon" to state.canAbandon,
                "on_surface" to (state.surface != null),
            )

        fun element(value: Any?): JsonElement =
            when (value) {
                null -> JsonNull
                is JsonElement -> value
                is String -> JsonPrimitive(value)
                is Boolean -> JsonPrimitive(value)
                is Number -> JsonPrimitive(value)
                else -> error("not a value of the protocol: ${value.javaClass}")
            }

        private fun words(outcome: Outcome): Pair<String, String?> =
            when (outcome) {
                is Outcome.Approved -> "approved" to null
                is Outcome.Declined -> "declined" to if (outcome.failed) "failed" else outcome.reason.ifEmpty { null }
                is Outcome.Canceled -> "canceled" to kebab(outcome.reason)
                is Outcome.Undetermined -> "undetermined" to kebab(outcome.reason)
                is Outcome.NotStarted -> "not-started" to words(outcome.reason)
            }

        private fun words(reason: NotStartedReason): String =
            when (reason) {
                is NotStartedReason.Refused -> if (reason.reason.isEmpty()) "refused" else "refused: ${reason.reason}"
                is NotStartedReason.BadOrder -> "bad-order: ${reason.problem}"
                is NotStartedReason.Unusable -> if (reason.error is StepUpException.Closed) "shut-down" else "${reason.error.message}"
                else -> reason.toString().replace(Regex("(?<=.)[A-Z]"), "-$0").lowercase()
            }
    }
}

internal fun JsonObject.text(name: String): String = getValue(name).jsonPrimitive.content

internal fun JsonObject.textOrNull(name: String): String? = get(name)?.takeIf { it !is JsonNull }?.jsonPrimitive?.content

internal fun JsonObject.isTrue(name: String, otherwise: Boolean = false): Boolean = textOrNull(name)?.toBoolean() ?: otherwise
