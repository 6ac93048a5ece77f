package dev.klarnastepup.demo

import org.json.JSONObject

/** Something that can be made to go wrong, by the sandbox's control API. */
sealed class FaultSwitch {
    /** What the switch says. */
    abstract val title: String

    /** What happens then. */
    abstract val about: String

    /** Whether it is on. */
    abstract fun isOn(state: FaultState): Boolean

    /** Turns it. */
    abstract suspend fun set(on: Boolean, control: Control)

    /** Between phone and backend, until it is turned off. */
    class OnTheWay(override val title: String, override val about: String, private val fault: String, private val endpoint: String?) :
        FaultSwitch() {
        private fun mine(set: JSONObject) = set.optString("fault") == fault && set.optString("endpoint") == endpoint.orEmpty()

        override fun isOn(state: FaultState) = state.onTheWay.any(::mine)

        override suspend fun set(on: Boolean, control: Control) {
            val set = control.faults().filter(::mine)
            if (on && set.isEmpty()) {
                control.setFault(JSONObject().put("fault", fault).putOpt("endpoint", endpoint).put("times", JSONObject.NULL))
            } else if (!on) {
                set.forEach { control.clearFault(it.getInt("id")) }
            }
        }
    }

    /** At one of the parties: a field of its faults, by its path. */
    class AtParty(
        override val title: String,
        override val about: String,
        private val party: String,
        private val path: String,
        private val wrong: Any,
        private val right: Any?,
    ) : FaultSwitch() {
        override fun isOn(state: FaultState) = state.party(party).at(path) == wrong

        override suspend fun set(on: Boolean, control: Control) {
            val faults = control.at(party)
            val (parent, name) = if ('.' in path) path.split('.', limit = 2) else listOf("", path)
            val holder = if (parent.isEmpty()) faults else faults.optJSONObject(parent) ?: JSONObject().also { faults.put(parent, it) }
            if (on) holder.put(name, wrong) else if (right == null) holder.remove(name) else holder.put(name, right)
            control.setAt(party, faults)
        }

        private fun JSONObject.at(path: String): Any? = path.split('.').fold(this as Any?) { value, name -> (value as? JSONObject)?.opt(name) }
    }

    companion object {
        /** All of them, under the words for where they strike. */
        val ALL: Map<String, List<FaultSwitch>> =
            mapOf(
                "Between phone and shop" to
                    listOf(
                        OnTheWay("No connection", "Every request is lost before the backend hears of it", "lose-request", null),
                        OnTheWay("The start's answer is lost", "The backend starts the payment; the phone is not told", "lose-reply", "start"),
                        OnTheWay("Questions are not answered", "The backend stays silent until the phone gives up", "stall", "status"),
                        OnTheWay("The backend is down", "Every request is answered 503", "status:503", null),
                        OnTheWay("Answers are nonsense", "What comes is not JSON", "garbage", "status"),
                        OnTheWay("Answers are slow", "Each takes five seconds", "delay-ms:5000", null),
                        OnTheWay("Starts are doubled", "The network repeats the request; one payment all the same", "double", "start"),
                    ),
                "At the backend" to
                    listOf(
                        AtParty("No long-poll", "Questions are answered at once, and asked more often", "acquirer", "long_poll", false, true),
                        AtParty("Slow to finish", "Ten seconds between approval and the word", "acquirer", "finalise_delay_ms", 10_000, 0),
                        AtParty("Hears only webhooks", "It never asks Klarna itself", "acquirer", "reads", false, true),
                    ),
                "At Klarna" to
                    listOf(
                        AtParty("Webhooks are lost", "The backend has to find out by itself", "klarna", "webhook.drop", true, false),
                        AtParty("Webhooks come twice", "One finalisation all the same", "klarna", "webhook.extra_copies", 1, 0),
                        AtParty("Webhooks are forged", "Besides the real ones: with a wrong signature", "klarna", "webhook.forge", true, false),
                        AtParty("Says no in the end", "The customer approves, and the second authorize is declined", "klarna", "decline_second", true, false),
                    ),
            )
    }
}

/**
 * What is in force.
 *
 * @property onTheWay faults between phone and backend.
 * @property klarna what goes wrong at Klarna.
 * @property acquirer what goes wrong at the backend.
 */
class FaultState(val onTheWay: List<JSONObject>, private val klarna: JSONObject, private val acquirer: JSONObject) {
    internal fun party(name: String): JSONObject = if (name == "klarna") klarna else acquirer

    companion object {
        /** Asks the sandbox. */
        suspend fun read(control: Control) = FaultState(control.faults(), control.at("klarna"), control.at("acquirer"))

        /** All is well again. */
        suspend fun clear(control: Control) {
            control.clearFaults()
            control.setAt("klarna", JSONObject())
            control.setAt("acquirer", JSONObject())
        }
    }
}
