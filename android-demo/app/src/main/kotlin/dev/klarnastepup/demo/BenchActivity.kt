package dev.klarnastepup.demo

import android.os.Bundle

/** What a colleague who tests needs, and a customer never sees. */
class BenchActivity : Screen() {
    override val heading get() = "Test bench"

    override fun build(savedInstanceState: Bundle?) = Unit

    override fun onStart() {
        super.onStart()
        body.removeAllViews()
        val sandbox = shop.settings.sandbox?.backend ?: "Not connected"
        add(look.door("Sandbox", sandbox) { show(SandboxActivity::class.java) })
        add(look.door("Scenario", shop.settings.scenario ?: "None") { show(ScenariosActivity::class.java) })
        add(look.door("Faults", "What goes wrong on the way, at the backend and at Klarna") { show(FaultsActivity::class.java) })
        add(look.door("Payments", "Unfinished ones, and all orders") { show(PaymentsActivity::class.java) })
        add(look.door("Doctor", "Is everything set up as it should be?") { show(DoctorActivity::class.java) })
    }
}
