package dev.klarnastepup.demo

import android.content.Intent
import android.os.Bundle
import android.view.View
import dev.klarnastepup.Finding
import kotlinx.coroutines.launch

/** What the library finds when it looks at the set-up. */
class DoctorActivity : Screen() {
    override val heading get() = "Doctor"
    override val corner: View get() = look.link("Share") { share() }

    private var findings = emptyList<Finding>()

    override fun build(savedInstanceState: Bundle?) {
        add(look.card(look.quiet("Looking \u2026")))
        foot.addView(look.secondary("Look again") { scope.launch { examine() } })
    }

    override suspend fun follow() = examine()

    private suspend fun examine() {
        val client = shop.client.value
        body.removeAllViews()
        if (client == null) {
            add(look.door("Not connected", shop.problem.value ?: "Choose a sandbox first.") { show(SandboxActivity::class.java) })
            return
        }
        add(look.card(look.quiet("Looking \u2026")))
        findings = client.doctor()
        body.removeAllViews()
        findings.sortedBy { it.level.ordinal }.forEach { add(card(it)) }
    }

    private fun card(finding: Finding): View {
        val (word, colour) = when (finding.level) {
            Finding.Level.BROKEN -> "Broken" to look.palette.bad
            Finding.Level.ADVICE -> "Advice" to look.palette.text
            Finding.Level.FINE -> "Fine" to look.palette.good
        }
        val card = look.card(
            look.text(word, Look.SMALL, colour, bold = true),
            look.heading(finding.problem.replaceFirstChar { it.uppercase() }, Look.BODY).apply { setPadding(0, look.dp(2), 0, look.dp(2)) },
        )
        if (finding.fix.isNotEmpty()) card.addView(look.text(finding.fix.replaceFirstChar { it.uppercase() }, Look.SMALL).apply { setTextIsSelectable(true) })
        card.addView(look.quiet(finding.code, CODE).apply { setPadding(0, look.dp(6), 0, 0) })
        return card
    }

    private fun share() {
        val report = findings.joinToString("\n")
        val send = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, report)
        startActivity(Intent.createChooser(send, "Share the report"))
    }

    private companion object {
        const val CODE = 12f
    }
}
