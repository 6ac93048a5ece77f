package dev.klarnastepup.android

import android.content.Context
import android.content.res.ColorStateList
import android.content.res.Configuration
import android.graphics.Color
import android.graphics.Typeface
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.RippleDrawable
import android.graphics.text.LineBreaker
import android.os.Build
import android.util.TypedValue
import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.Button
import android.widget.LinearLayout
import android.widget.ProgressBar
import android.widget.TextView
import dev.klarnastepup.WaitingTexts
import dev.klarnastepup.WaitingView

/** The waiting screen's views, built in code: nothing of it can clash with resources or depend on the theme of an app. */
internal class WaitingContent(
    context: Context,
) : LinearLayout(context) {
    private val wheel = ProgressBar(context)
    private val title = text(TITLE_SP).apply { typeface = Typeface.create(Typeface.DEFAULT, Typeface.BOLD) }
    private val explanation = text(TEXT_SP)
    private val goOn = button()
    private val other = button()

    init {
        orientation = VERTICAL
        gravity = Gravity.CENTER
        val edge = px(EDGE_DP)
        setPadding(edge, edge, edge, edge)
        addView(wheel, LayoutParams(px(WHEEL_DP), px(WHEEL_DP)).apply { bottomMargin = px(GAP_DP) })
        addView(title, LayoutParams(MATCH_PARENT, WRAP_CONTENT))
        addView(explanation, LayoutParams(MATCH_PARENT, WRAP_CONTENT).apply { topMargin = px(SMALL_GAP_DP) })
        addView(goOn, LayoutParams(MATCH_PARENT, WRAP_CONTENT).apply { topMargin = px(GAP_DP + SMALL_GAP_DP) })
        addView(other, LayoutParams(MATCH_PARENT, WRAP_CONTENT).apply { topMargin = px(SMALL_GAP_DP) })
        // Read out when it changes: the customer may be looking elsewhere.
        title.accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) nameHeading()
    }

    @NewerApi(28)
    private fun nameHeading() {
        title.isAccessibilityHeading = true
    }

    /** On a wide screen no wider than what is read, and pressed, with ease. */
    override fun onMeasure(widthMeasureSpec: Int, heightMeasureSpec: Int) {
        val width = minOf(MeasureSpec.getSize(widthMeasureSpec), px(WIDEST_DP))
        super.onMeasure(MeasureSpec.makeMeasureSpec(width, MeasureSpec.EXACTLY), heightMeasureSpec)
    }

    /** Shows this. Returns the background's colour. */
    fun draw(mode: WaitingMode, texts: WaitingTexts, actions: WaitingView.Followed?): Int {
        val colours = if (isDark()) DARK else LIGHT
        val (heading, text) =
            when (mode) {
                WaitingMode.Checking -> texts.checkingTitle to texts.checkingText
                is WaitingMode.Waiting -> texts.waitingTitle to texts.waitingText
                WaitingMode.Finishing -> texts.finishingTitle to texts.finishingText
                WaitingMode.Stopping -> texts.stoppingTitle to texts.stoppingText
            }
        // Setting the same text again would have it read out again.
        if (title.text.toString() != heading) title.text = heading
        explanation.text = text
        title.setTextColor(colours.text)
        explanation.setTextColor(colours.quiet)
        val turn = mode as? WaitingMode.Waiting
        wheel.visibility = if (turn == null) View.VISIBLE else View.GONE
        wheel.contentDescription = texts.busy
        wheel.indeterminateTintList = ColorStateList.valueOf(colours.text)
        press(goOn, turn?.canContinue == true, texts.continueWithKlarna, colours.background, filled(colours)) { actions?.goOn() }
        press(other, turn?.canAbandon == true, texts.useAnotherMethod, colours.text, plain(colours)) { actions?.useAnotherMethod() }
        return colours.background
    }

    private fun press(button: Button, there: Boolean, label: String, colour: Int, look: Drawable, action: () -> Unit) {
        button.visibility = if (there) View.VISIBLE else View.GONE
        button.text = label
        button.setTextColor(colour)
        button.background = look
        button.setOnClickListener { action() }
    }

    private fun isDark(): Boolean = resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK == Configuration.UI_MODE_NIGHT_YES

    private fun text(size: Float): TextView =
        TextView(context).apply {
            setTextSize(TypedValue.COMPLEX_UNIT_SP, size)
            gravity = Gravity.CENTER
            textAlignment = View.TEXT_ALIGNMENT_CENTER
            // No single word on the last line.
            breakStrategy = LineBreaker.BREAK_STRATEGY_BALANCED
        }

    /** Without the theme's style: an app's may be anything, in capitals for one. */
    private fun button(): Button =
        Button(context, null, 0, 0).apply {
            setTextSize(TypedValue.COMPLEX_UNIT_SP, TEXT_SP)
            typeface = Typeface.create(Typeface.DEFAULT, Typeface.BOLD)
            gravity = Gravity.CENTER
            isClickable = true
            isFocusable = true
            minimumHeight = px(TOUCH_DP)
            val inside = px(SMALL_GAP_DP)
            setPadding(inside, inside, inside, inside)
        }

    private fun filled(colours: Colours): Drawable = ripple(colours, shape(colours.text, colours), colours.background)

    private fun plain(colours: Colours): Drawable = ripple(colours, shape(Color.TRANSPARENT, colours, colours.quiet), colours.text)

    private fun ripple(colours: Colours, shape: Drawable, wave: Int): Drawable =
        RippleDrawable(ColorStateList.valueOf(wave and 0x00FFFFFF or RIPPLE), shape, shape(colours.text, colours))

    /** With a thick line around it while it has a keyboard's focus. */
    private fun shape(fill: Int, colours: Colours, line: Int = fill): GradientDrawable {
        val states = arrayOf(intArrayOf(android.R.attr.state_focused), intArrayOf())
        return GradientDrawable().apply {
            setColor(fill)
            cornerRadius = px(CORNER_DP).toFloat()
            setStroke(px(LINE_DP), ColorStateList(states, intArrayOf(colours.focus, line)))
        }
    }

    private fun px(dp: Int): Int = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_DIP, dp.toFloat(), resources.displayMetrics).toInt()

    private class Colours(
        val background: Int,
        val text: Int,
        val quiet: Int,
        val focus: Int,
    )

    private companion object {
        /** Contrast of each text with what lies below it is 7:1 or more (WCAG AAA). */
        val LIGHT = Colours(Color.WHITE, 0xFF0E0E0F.toInt(), 0xFF4A4A52.toInt(), 0xFF1A56DB.toInt())
        val DARK = Colours(0xFF121214.toInt(), 0xFFF4F4F5.toInt(), 0xFFC4C4CC.toInt(), 0xFF8AB4F8.toInt())
        const val RIPPLE = 0x33000000
        const val TITLE_SP = 22f
        const val TEXT_SP = 16f

        /** The least that Android's accessibility guide asks for. */
        const val TOUCH_DP = 48
        const val EDGE_DP = 24
        const val GAP_DP = 24
        const val SMALL_GAP_DP = 12
        const val WHEEL_DP = 48
        const val WIDEST_DP = 480
        const val CORNER_DP = 12
        const val LINE_DP = 2
    }
}
