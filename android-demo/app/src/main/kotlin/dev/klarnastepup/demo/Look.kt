package dev.klarnastepup.demo

import android.content.Context
import android.content.res.ColorStateList
import android.graphics.Color
import android.graphics.Typeface
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.RippleDrawable
import android.text.InputType
import android.util.TypedValue
import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.Button
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.Switch
import android.widget.TextView

/** How everything in this shop looks: the few kinds of views that its screens are made of. */
class Look(private val context: Context) {
    val palette = Palette.of(context)

    fun dp(value: Int): Int = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_DIP, value.toFloat(), context.resources.displayMetrics).toInt()

    /** Grows with the letters. */
    fun sp(value: Int): Int = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_SP, value.toFloat(), context.resources.displayMetrics).toInt()

    fun text(words: CharSequence, size: Float = BODY, colour: Int = palette.text, bold: Boolean = false): TextView =
        TextView(context).apply {
            text = words
            setTextSize(TypedValue.COMPLEX_UNIT_SP, size)
            setTextColor(colour)
            if (bold) typeface = Typeface.create("sans-serif-medium", Typeface.NORMAL)
        }

    fun heading(words: CharSequence, size: Float = HEADING): TextView = text(words, size, bold = true)

    fun quiet(words: CharSequence, size: Float = SMALL): TextView = text(words, size, palette.quiet)

    fun section(words: CharSequence): TextView = heading(words, SECTION).apply { setPadding(dp(4), dp(20), dp(4), dp(8)) }

    fun column(vararg views: View): LinearLayout =
        LinearLayout(context).apply {
            orientation = LinearLayout.VERTICAL
            views.forEach { addView(it, LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT)) }
        }

    /** Side by side; the one with weight takes what is left. */
    fun row(vararg views: View, wide: View? = null): LinearLayout =
        LinearLayout(context).apply {
            orientation = LinearLayout.HORIZONTAL
            gravity = Gravity.CENTER_VERTICAL
            views.forEach { view ->
                val given = view.layoutParams
                addView(
                    view,
                    when {
                        view === wide -> LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f)
                        given != null -> LinearLayout.LayoutParams(given.width, given.height)
                        else -> LinearLayout.LayoutParams(WRAP_CONTENT, WRAP_CONTENT)
                    },
                )
            }
        }

    fun card(vararg views: View): LinearLayout =
        column(*views).apply {
            background = shape(palette.surface, palette.line, CARD_CORNER)
            setPadding(dp(16), dp(14), dp(16), dp(14))
        }

    /** A card that leads somewhere. */
    fun door(title: CharSequence, about: CharSequence, action: () -> Unit): LinearLayout =
        card(heading(breakable(title), BODY), quiet(breakable(about)).apply { setPadding(0, dp(2), 0, 0) }).apply {
            background = pressed(shape(palette.surface, palette.line, CARD_CORNER))
            contentDescription = "$title. $about"
            isFocusable = true
            setOnClickListener { action() }
        }

    fun primary(words: CharSequence, action: () -> Unit): Button = button(words, palette.onAccent, palette.accent, action)

    fun klarna(words: CharSequence, action: () -> Unit): Button = button(words, Palette.ON_PINK, Palette.PINK, action)

    fun secondary(words: CharSequence, action: () -> Unit): Button =
        button(words, palette.accent, Color.TRANSPARENT, action).apply {
            background = pressed(shape(Color.TRANSPARENT, palette.accent, BUTTON_CORNER))
        }

    /** A word that can be tapped. */
    fun link(words: CharSequence, action: () -> Unit): Button =
        button(words, palette.accent, palette.ground, action).apply {
            minimumHeight = dp(TOUCH)
            setPadding(dp(12), 0, dp(12), 0)
        }

    /** For a single sign, named for those who do not see it. */
    fun sign(sign: String, name: String, action: () -> Unit): Button =
        button(sign, palette.text, palette.ground, action).apply {
            contentDescription = name
            layoutParams = LinearLayout.LayoutParams(dp(TOUCH), dp(TOUCH))
            setPadding(0, 0, 0, 0)
            setTextSize(TypedValue.COMPLEX_UNIT_SP, SIGN)
        }

    fun field(hint: String, id: Int): EditText =
        EditText(context).apply {
            this.id = id
            this.hint = hint
            inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_URI
            setTextSize(TypedValue.COMPLEX_UNIT_SP, BODY)
            setTextColor(palette.text)
            setHintTextColor(palette.quiet)
            background = shape(palette.surface, palette.quiet, BUTTON_CORNER)
            setPadding(dp(14), dp(12), dp(14), dp(12))
        }

    fun switch(words: CharSequence): Switch =
        Switch(context).apply {
            text = words
            setTextSize(TypedValue.COMPLEX_UNIT_SP, BODY)
            setTextColor(palette.text)
            minHeight = dp(TOUCH)
            val states = arrayOf(intArrayOf(android.R.attr.state_checked), intArrayOf())
            thumbTintList = ColorStateList(states, intArrayOf(palette.accent, palette.quiet))
            trackTintList = ColorStateList(states, intArrayOf(palette.accent, palette.quiet))
        }

    fun shape(fill: Int, line: Int, corner: Int): GradientDrawable =
        GradientDrawable().apply {
            setColor(fill)
            cornerRadius = dp(corner).toFloat()
            setStroke(dp(1), line)
        }

    /** Android does not break lines at hyphens by itself; names of scenarios are long. */
    private fun breakable(words: CharSequence): String = words.toString().replace("-", "-\u200B")

    private fun button(words: CharSequence, colour: Int, fill: Int, action: () -> Unit): Button =
        Button(context, null, 0, 0).apply {
            text = words
            setTextSize(TypedValue.COMPLEX_UNIT_SP, BODY)
            setTextColor(colour)
            typeface = Typeface.create("sans-serif-medium", Typeface.NORMAL)
            gravity = Gravity.CENTER
            isFocusable = true
            minimumHeight = dp(BUTTON)
            setPadding(dp(16), dp(12), dp(16), dp(12))
            background = pressed(shape(fill, fill, BUTTON_CORNER))
            setOnClickListener { action() }
        }

    private fun pressed(shape: Drawable): Drawable = RippleDrawable(ColorStateList.valueOf(RIPPLE), shape, null)

    companion object {
        const val HEADING = 22f
        const val SECTION = 14f
        const val BODY = 16f
        const val SMALL = 14f
        const val SIGN = 20f

        /** The least that a finger hits, in dp. */
        const val TOUCH = 48
        private const val BUTTON = 52
        private const val CARD_CORNER = 16
        private const val BUTTON_CORNER = 14
        private const val RIPPLE = 0x33808080
    }
}
