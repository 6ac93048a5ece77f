package dev.klarnastepup.demo

import dev.klarnastepup.CanceledReason
import dev.klarnastepup.NotStartedReason
import dev.klarnastepup.Outcome
import org.json.JSONObject

/**
 * What the shop tells its customer of an outcome, and the colleague who tests it.
 *
 * @property kind how it looks.
 * @property title what the customer reads first.
 * @property text what they read next.
 * @property detail the outcome in the library's words.
 */
data class End(val kind: Kind, val title: String, val text: String, val detail: String) {
    /** How an end looks, and what is offered. */
    enum class Kind {
        /** Paid. */
        PAID,

        /** Not paid; another try is safe. */
        NOT_PAID,

        /** Not known: nothing may invite a second payment. */
        OPEN,
    }

    fun toJson(): JSONObject =
        JSONObject().put("kind", kind.name).put("title", title).put("text", text).put("detail", detail)

    companion object {
        fun read(json: JSONObject): End =
            End(Kind.valueOf(json.getString("kind")), json.getString("title"), json.getString("text"), json.getString("detail"))

        fun of(outcome: Outcome): End {
            val detail = outcome.toString()
            return when (outcome) {
                is Outcome.Approved -> End(Kind.PAID, "Thank you!", "Your order is paid, and on its way to be packed.", detail)
                is Outcome.Declined -> End(Kind.NOT_PAID, "Klarna said no", "You have not been charged. Choose another way to pay.", detail)
                is Outcome.Canceled -> End(Kind.NOT_PAID, "Not paid", canceled(outcome.reason), detail)
                is Outcome.Undetermined ->
                    End(
                        Kind.OPEN,
                        "We are still checking",
                        "You do not need to do anything, and please do not pay again: we will tell you here how it went.",
                        detail,
                    )
                is Outcome.NotStarted -> End(kind(outcome.reason), "No payment was started", notStarted(outcome.reason), detail)
            }
        }

        private fun canceled(reason: CanceledReason): String =
            when (reason) {
                CanceledReason.BY_CUSTOMER -> "You stopped the payment. You have not been charged."
                CanceledReason.EXPIRED -> "The time to pay has run out. You have not been charged."
                CanceledReason.NO_SURFACE -> "Klarna's page could not be shown on this phone. You have not been charged."
                else -> "The payment was called off. You have not been charged."
            }

        /** An order that is busy has a payment somewhere: that is no invitation. */
        private fun kind(reason: NotStartedReason): Kind = if (reason is NotStartedReason.OrderBusy) Kind.OPEN else Kind.NOT_PAID

        private fun notStarted(reason: NotStartedReason): String =
            when (reason) {
                is NotStartedReason.NoBrowser -> "This phone has no browser to show Klarna's page. Choose another way to pay."
                is NotStartedReason.Unreachable -> "We could not be reached. Check your connection and try again."
                is NotStartedReason.Refused -> "We cannot offer Klarna for this order."
                is NotStartedReason.JournalUnavailable -> "This phone is locked or full. Try again in a moment."
                is NotStartedReason.TooManyUnfinished -> "Too many payments are not finished. Finish some of them first."
                is NotStartedReason.OrderBusy -> "This order is being paid already."
                is NotStartedReason.BadOrder -> "This order cannot be sent: ${reason.problem}."
                is NotStartedReason.Abandoned -> "You stopped before anything was sent."
                is NotStartedReason.Unusable -> "The shop is not set up: ${reason.error.message}"
            }
    }
}
