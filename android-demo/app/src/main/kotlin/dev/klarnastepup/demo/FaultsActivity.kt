package dev.klarnastepup.demo

import android.os.Bundle
import android.view.View
import android.widget.Switch
import java.io.IOException

/** Makes things go wrong in the sandbox. */
class FaultsActivity : Screen() {
    override val heading get() = "Faults"

    private val switches = LinkedHashMap<FaultSwitch, Switch>()
    private val said by lazy { look.quiet("") }
    private var reading = false

    override fun build(savedInstanceState: Bundle?) {
        add(said)
        for ((where, faults) in FaultSwitch.ALL) {
            add(look.section(where), 0)
            add(look.card(*faults.map(::row).toTypedArray()), 0)
        }
        foot.addView(look.secondary("All is well again") { change { FaultState.clear(it) } })
    }

    override suspend fun follow() {
        val control = shop.control
        if (control == null) {
            said.text = "The control address of the sandbox is not known: enter it under Sandbox."
            return failed()
        }
        try {
            show(FaultState.read(control))
        } catch (error: IOException) {
            said.text = "The sandbox was not reached. ${error.message}"
            failed()
        }
    }

    override fun failed() = switches.values.forEach { it.isEnabled = false }

    private fun row(fault: FaultSwitch): View {
        val switch = look.switch(fault.title)
        // What the sandbox says decides what it shows, not what the system kept.
        switch.isSaveEnabled = false
        switch.isEnabled = false
        switch.setOnCheckedChangeListener { _, on -> if (!reading) change { fault.set(on, it) } }
        switches[fault] = switch
        return look.column(switch, look.quiet(fault.about).apply { setPadding(0, 0, look.dp(56), look.dp(8)) })
    }

    private fun change(work: suspend (Control) -> Unit) {
        val control = shop.control ?: return
        attempt {
            work(control)
            show(FaultState.read(control))
        }
    }

    private fun show(state: FaultState) {
        reading = true
        for ((fault, switch) in switches) {
            switch.isChecked = fault.isOn(state)
            switch.isEnabled = true
        }
        reading = false
        val on = switches.keys.count { it.isOn(state) }
        said.text = if (on == 0) "All is well." else "$on in force, until they are turned off."
    }
}
