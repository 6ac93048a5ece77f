package dev.klarnastepup.demo

import android.os.Bundle
import android.text.Editable
import android.text.InputType
import android.text.TextWatcher
import android.view.View

/** Chooses what the next payment shows. */
class ScenariosActivity : Screen() {
    override val heading get() = "Scenario"

    private val search by lazy {
        look.field("Search", SEARCH).apply { inputType = InputType.TYPE_CLASS_TEXT }
    }
    private val list by lazy { look.column() }
    private var all = emptyList<Scenario>()

    override fun build(savedInstanceState: Bundle?) {
        add(search)
        add(list, 0)
        search.addTextChangedListener(
            object : TextWatcher {
                override fun beforeTextChanged(text: CharSequence?, start: Int, count: Int, after: Int) = Unit

                override fun onTextChanged(text: CharSequence?, start: Int, before: Int, count: Int) = Unit

                override fun afterTextChanged(text: Editable?) = draw()
            },
        )
    }

    override suspend fun follow() {
        all = shop.scenarios.all()
        draw()
    }

    private fun draw() {
        list.removeAllViews()
        val words = search.text.toString().trim().lowercase()
        val found = all.filter { words in it.name || words in it.about.lowercase() }
        if (words.isEmpty()) list.addView(door(null, "None", "The customer decides on Klarna's pages."), place())
        found.forEach {
            val only = it.obstacle?.let { why -> "\nNot to the letter on a phone: $why." }.orEmpty()
            list.addView(door(it.name, it.name, it.about + only), place())
        }
    }

    private fun door(name: String?, title: String, about: String): View {
        val chosen = name == shop.settings.scenario
        return look.door(if (chosen) "\u2713  $title" else title, about) {
            shop.settings.scenario = name
            finish()
        }
    }

    private fun place() =
        android.widget.LinearLayout.LayoutParams(
            android.widget.LinearLayout.LayoutParams.MATCH_PARENT,
            android.widget.LinearLayout.LayoutParams.WRAP_CONTENT,
        ).apply { topMargin = look.dp(GAP) }

    companion object {
        /** The id under which the system keeps what was typed. */
        const val SEARCH = 2
        private const val GAP = 10
    }
}
