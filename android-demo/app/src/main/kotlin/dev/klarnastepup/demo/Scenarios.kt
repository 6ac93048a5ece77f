package dev.klarnastepup.demo

import android.content.res.AssetManager
import java.io.IOException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.json.JSONObject

/** The scenarios of the sandbox, which are packaged with the app. */
class Scenarios(private val assets: AssetManager) {
    private val all: List<Scenario> by lazy {
        // Only names: the assets of a phone's own framework lie at the same place.
        val files = assets.list("").orEmpty().filter { it.endsWith(".json") && it != "schema.json" }
        files.map { Scenario(JSONObject(assets.open(it).bufferedReader().use { text -> text.readText() })) }.sortedBy { it.name }
    }

    /** All of them, by name. */
    suspend fun all(): List<Scenario> = withContext(Dispatchers.IO) { all }

    suspend fun find(name: String?): Scenario? = name?.let { all().firstOrNull { scenario -> scenario.name == it } }
}

/** One scenario: what to set up, and what the person with the phone does. */
class Scenario(private val json: JSONObject) {
    val name: String = json.getString("name")
    val about: String = json.getString("about")

    /** The customer, who decides how Klarna answers. */
    val email: String = json.optJSONObject("order")?.optString("email").orEmpty().ifEmpty { CUSTOMER }

    /** How the backend names the journey. */
    val shape: String = world("reply_shape") as? String ?: "klarna"

    private val steps: List<JSONObject> = json.getJSONArray("steps").let { list -> List(list.length()) { list.getJSONObject(it) } }

    /** Where the app begins to act. */
    private val beginning: Int = steps.indexOfFirst { it.getString("step") in setOf("pay", "prepare") }.coerceAtLeast(0)

    /** What the app does over the control API before it pays. */
    val before: List<Step>
        get() {
            val set = steps.take(beginning).map(::Step).filter { it.byControl }
            val noLongPoll = Step(JSONObject().put("step", "acquirer-faults").put("long_poll", false))
            return if (world("long_poll") == false) listOf(noLongPoll) + set else set
        }

    /** What follows: for the person with the phone, or a button. What the runner only looks at is left out. */
    val script: List<Step>
        get() = steps.drop(beginning).map(::Step).filter { it.words.isNotEmpty() }

    /** Why a phone cannot play it to the letter; null if it can. The headless runner can play all of them. */
    val obstacle: String?
        get() {
            val app = json.optJSONObject("app")
            val special = app?.keys()?.asSequence()?.filter { it !in setOf("surfaces") }?.toList().orEmpty()
            val sandbox = json.optJSONObject("world")?.keys()?.asSequence()?.filter { it !in setOf("reply_shape", "long_poll") }?.toList().orEmpty()
            val odd = steps.map { it.getString("step") }.filter { it in Step.RUNNER_ONLY }.distinct()
            val all = special.map { "an app with $it" } + sandbox.map { "a sandbox with $it" } + odd
            return all.takeIf { it.isNotEmpty() }?.joinToString(", ")
        }

    private fun world(name: String): Any? = json.optJSONObject("world")?.opt(name)

    companion object {
        /** A customer of whom Klarna wants a step-up. */
        const val CUSTOMER = "customer@email.us"
    }
}

/** One step of a scenario. */
class Step(private val json: JSONObject) {
    private val kind: String = json.getString("step")

    /** Whether the control API can do it. */
    val byControl: Boolean get() = kind in BY_CONTROL

    /** What the person does, or what happens; empty if there is nothing to do. */
    val words: String
        get() =
            when (kind) {
                "pay" -> if (json.has("order") || json.has("replace")) "Pay once more" else "Tap Pay with Klarna"
                "resume" -> "Under Payments, go on with it"
                "reopen" -> "Tap Continue with Klarna"
                "abandon" -> "Tap Use another method"
                "customer" -> "In Klarna's pages: ${doings()}"
                "deliver-link" -> if (json.optInt("times", 1) > 1) "Open the link that comes, and open it again" else "Come back by the link"
                "lose-link" -> "Close the tab before the link is followed, or switch apps"
                "close-surface" -> "Close the tab"
                "background" -> "Send the app to the back"
                "foreground" -> "Bring the app to the front"
                "kill" -> "Kill the app (Settings, Force stop)"
                "restart" -> "Start the app again"
                "advance" -> "Wait ${json.optInt("ms") / 1_000} s"
                "network" -> if (json.optBoolean("online")) "The phone is online again" else "The phone is offline"
                "network-switched" -> "Change from Wi-Fi to mobile data"
                "until-outcome" -> "The outcome comes"
                "fault" -> "Between phone and backend: ${json.optString("fault")} at ${json.optString("endpoint", "any request")}"
                "clear-faults" -> "All is well between phone and backend again"
                "klarna-faults" -> "At Klarna: ${rest()}"
                "acquirer-faults" -> "At the backend: ${rest()}"
                "restart-acquirer" -> "The backend is restarted"
                in RUNNER_ONLY -> "Only the headless runner: $kind"
                else -> ""
            }

    /** Does it over the control API. Throws an [IOException] that can be shown. */
    suspend fun perform(control: Control) {
        when (kind) {
            "fault" -> control.setFault(plain())
            "clear-faults" -> control.clearFaults()
            "klarna-faults" -> control.setAt("klarna", plain())
            "acquirer-faults" -> control.setAt("acquirer", plain())
            "network" -> control.network(json.optBoolean("online"))
            "restart-acquirer" -> control.restartAcquirer()
        }
    }

    private fun plain(): JSONObject = JSONObject(json.toString()).apply { remove("step") }

    private fun rest(): String = plain().toString().filterNot { it in "{}\"" }.replace(",", ", ").replace(":", " ").ifEmpty { "all is well again" }

    private fun doings(): String {
        val does = json.optJSONArray("does") ?: return "go on"
        return List(does.length()) { does.getString(it) }.filterNot { it.startsWith("pause") }.joinToString(", ") { it.replace(":", " ") }
    }

    companion object {
        private val BY_CONTROL = setOf("fault", "clear-faults", "klarna-faults", "acquirer-faults", "network", "restart-acquirer")

        /** What only a program can do to a phone, or to time. */
        val RUNNER_ONLY =
            setOf(
                "stop-waiting", "prepare", "continue", "turn-to", "check-again", "acknowledge", "keep-link", "stale-result", "clock-jump", "disk-full",
                "damage-journal", "lock-journal", "reinstall", "second-client", "set-owner", "credentials-changed", "observe", "hold-at",
            )
    }
}
