package dev.klarnastepup.demo

import android.content.ClipboardManager
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.EditText

/** Where the sandbox is: typed, pasted, or brought by a link (which the QR code of `cargo xtask sandbox` is). */
class SandboxActivity : Screen() {
    override val heading get() = "Sandbox"

    private val backend by lazy { look.field("http://127.0.0.1:4001", BACKEND) }
    private val control by lazy { look.field("http://127.0.0.1:4004/_control", CONTROL) }
    private val said by lazy { look.text("", Look.SMALL, look.palette.bad).apply { visibility = View.GONE } }

    override fun build(savedInstanceState: Bundle?) {
        add(
            look.card(
                look.heading("Point your camera at the code", Look.BODY),
                look.quiet("cargo xtask sandbox prints a QR code. Your phone's camera opens it in this app. Or type what stands below it.")
                    .apply { setPadding(0, look.dp(2), 0, 0) },
            ),
        )
        add(look.section("Backend"), 0)
        add(backend, 0)
        add(look.section("Control API, for faults"), 0)
        add(control, 0)
        add(said)
        add(look.secondary("Paste") { paste() })
        foot.addView(look.primary("Use this sandbox") { use() })
        fill(shop.settings.sandbox)
        if (savedInstanceState == null) arrived(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        arrived(intent)
    }

    /** Anybody can open such a link: it only fills in what a person then confirms. */
    private fun arrived(intent: Intent) {
        val link = intent.data?.takeIf { intent.action == Intent.ACTION_VIEW } ?: return
        read(link.toString())
    }

    private fun paste() {
        val clip = getSystemService(ClipboardManager::class.java).primaryClip ?: return say("There is nothing to paste.")
        read(clip.getItemAt(0).coerceToText(this).toString())
    }

    private fun read(text: String) {
        val address = SandboxAddress.read(text) ?: return say("That is no address of a sandbox.")
        fill(address)
        said.visibility = View.GONE
    }

    private fun fill(address: SandboxAddress?) {
        if (address == null) return
        backend.put(address.backend)
        control.put(address.control)
    }

    private fun EditText.put(text: String) {
        setText(text)
        setSelection(text.length)
    }

    private fun use() {
        val typed = SandboxAddress(backend.text.toString().trim().trimEnd('/'), control.text.toString().trim().trimEnd('/'))
        SandboxAddress.problem(typed)?.let { return say(it) }
        shop.use(typed)
        finish()
    }

    private fun say(problem: String) {
        said.text = problem
        said.visibility = View.VISIBLE
    }

    companion object {
        /** The ids under which the system keeps what was typed. */
        const val BACKEND = 3
        const val CONTROL = 4
    }
}
