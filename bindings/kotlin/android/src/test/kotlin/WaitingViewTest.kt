package dev.klarnastepup.android

import android.app.Activity
import android.content.pm.ApplicationInfo
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.view.View
import android.view.ViewGroup
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.Button
import android.widget.ProgressBar
import android.widget.TextView
import dev.klarnastepup.WaitingTexts
import dev.klarnastepup.WaitingView
import java.io.File
import java.util.Locale
import kotlin.math.pow
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** The waiting screen: how it looks (the pictures are kept for a person to look at), and what a screen reader is told. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], qualifiers = "w360dp-h640dp-xhdpi")
class WaitingViewTest {
    private val turn = WaitingMode.Waiting(canContinue = true, canAbandon = true)

    private fun shown(mode: WaitingMode?, texts: WaitingTexts? = null): WaitingView {
        val activity = Robolectric.buildActivity(Activity::class.java).setup().get()
        val view = WaitingView(activity)
        activity.setContentView(view, ViewGroup.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.MATCH_PARENT))
        view.texts = texts
        view.show(mode)
        measure(view)
        return view
    }

    private fun measure(view: View) {
        val screen = view.resources.displayMetrics
        val exactly = View.MeasureSpec.EXACTLY
        view.measure(
            View.MeasureSpec.makeMeasureSpec(screen.widthPixels, exactly),
            View.MeasureSpec.makeMeasureSpec(screen.heightPixels, exactly),
        )
        view.layout(0, 0, view.measuredWidth, view.measuredHeight)
    }

    private fun all(view: View): List<View> =
        listOf(view) + if (view is ViewGroup) (0 until view.childCount).flatMap { all(view.getChildAt(it)) } else emptyList()

    private inline fun <reified T : View> visible(view: View): List<T> = all(view).filterIsInstance<T>().filter { it.isShown }

    private fun buttons(view: View) = visible<Button>(view)

    private fun texts(view: View) = visible<TextView>(view).map { it.text.toString() }

    private fun picture(name: String, view: View): Bitmap {
        val picture = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(picture))
        val file = File(System.getProperty("stepup.pictures"), "waiting-$name.png")
        file.parentFile?.mkdirs()
        file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
        return picture
    }

    /** How many pixels differ from the background: text that was drawn, and not only measured. */
    private fun inked(picture: Bitmap, of: View, root: View): Int {
        val place = android.graphics.Rect(0, 0, of.width, of.height)
        (root as ViewGroup).offsetDescendantRectToMyCoords(of, place)
        val background = picture.getPixel(2, 2)
        var count = 0
        for (y in place.top until minOf(place.bottom, picture.height)) {
            for (x in place.left until place.right) if (picture.getPixel(x, y) != background) count++
        }
        return count
    }

    private fun looked(name: String, view: WaitingView, background: Int) {
        val picture = picture(name, view)
        assertEquals(background, picture.getPixel(2, 2))
        for (text in visible<TextView>(view)) {
            assertTrue(inked(picture, text, view) > 200, "$name: ${text.text}")
            assertEquals(0, text.layout.getEllipsisCount(text.lineCount - 1), "$name: ${text.text} is cut off")
            assertTrue(text.layout.height <= text.height, "$name: ${text.text} does not fit")
        }
    }

    @Test
    fun `light, in each mode`() {
        for ((name, mode) in mapOf(
            "checking" to WaitingMode.Checking,
            "turn" to turn,
            "finishing" to WaitingMode.Finishing,
            "stopping" to WaitingMode.Stopping,
        )) {
            val view = shown(mode)
            looked("light-$name", view, Color.WHITE)
            assertEquals(if (mode == turn) 2 else 0, buttons(view).size)
            assertEquals(mode != turn, visible<ProgressBar>(view).isNotEmpty())
        }
    }

    @Test
    @Config(qualifiers = "+night")
    fun dark() {
        looked("dark-turn", shown(turn), 0xFF121214.toInt())
        looked("dark-checking", shown(WaitingMode.Checking), 0xFF121214.toInt())
    }

    @Test
    fun `twice the font size - everything can be reached by scrolling`() {
        RuntimeEnvironment.setFontScale(2f)
        for (language in listOf("en", "de", "fr", "pl")) {
            val view = shown(turn, WaitingTexts.of(listOf(Locale.forLanguageTag(language))))
            looked("large-$language", view, Color.WHITE)
            val last = buttons(view).last()
            val content = view.getChildAt(0)
            assertTrue(last.bottom <= content.height, "the last button is inside of what scrolls")
        }
    }

    @Test
    @Config(qualifiers = "ar-ldrtl-w360dp-h640dp-xhdpi")
    fun `right to left`() {
        val app = RuntimeEnvironment.getApplication()
        app.applicationInfo.flags = app.applicationInfo.flags or ApplicationInfo.FLAG_SUPPORTS_RTL
        val view = shown(turn)
        assertEquals(View.LAYOUT_DIRECTION_RTL, view.getChildAt(0).layoutDirection)
        looked("right-to-left", view, Color.WHITE)
        val places = buttons(view).map { it.left to it.right }
        assertEquals(places[0], places[1])
        assertEquals("Continue with Klarna", buttons(view).first().text.toString(), "no Arabic of our own: English")
        val arabic = "\u0644\u0645 \u064a\u0643\u062a\u0645\u0644 \u0627\u0644\u062f\u0641\u0639 \u0628\u0639\u062f"
        val own = WaitingTexts("a", "b", arabic, "$arabic. $arabic.", "e", "f", "g", "h", "$arabic Klarna", arabic, "k")
        looked("right-to-left-own-words", shown(turn, own), Color.WHITE)
    }

    @Test
    @Config(qualifiers = "w640dp-h360dp-land-xhdpi")
    fun `on its side`() {
        val view = shown(turn)
        looked("landscape", view, Color.WHITE)
        val content = view.getChildAt(0)
        assertEquals(480 * 2, content.width, "no button from one edge to the other")
        assertEquals(view.width - content.right, content.left)
    }

    @Test
    fun `every language fits the smallest phones`() {
        RuntimeEnvironment.setQualifiers("w320dp-h480dp-mdpi")
        for (language in WaitingLanguages.ALL.keys) {
            RuntimeEnvironment.setQualifiers("+$language")
            looked("small-$language", shown(turn), Color.WHITE)
            assertEquals(WaitingLanguages.ALL.getValue(language).continueWithKlarna, buttons(shown(turn)).first().text.toString())
        }
    }

    @Test
    fun `what a screen reader is told`() {
        val view = shown(turn)
        val title = visible<TextView>(view).first()
        assertEquals(View.ACCESSIBILITY_LIVE_REGION_POLITE, title.accessibilityLiveRegion)
        assertTrue(title.isAccessibilityHeading)
        for (button in buttons(view)) {
            val node = AccessibilityNodeInfo().also(button::onInitializeAccessibilityNodeInfo)
            assertEquals("android.widget.Button", node.className)
            assertTrue(node.isClickable && node.isFocusable && node.isEnabled)
            assertEquals(button.text.toString(), node.text.toString(), "in small letters, as it is written")
            assertTrue(button.height >= 48 * view.resources.displayMetrics.density, "large enough to touch")
        }
        view.show(WaitingMode.Checking)
        assertEquals(listOf("Checking your payment", "This usually takes a few seconds."), texts(view))
        assertEquals("In progress", visible<ProgressBar>(view).single().contentDescription)
    }

    @Test
    fun `the same again is not read out again`() {
        val view = shown(WaitingMode.Checking)
        val title = visible<TextView>(view).first()
        val before = title.text
        view.show(WaitingMode.Checking)
        assertTrue(before === title.text)
        view.show(turn)
        assertNotEquals(before.toString(), title.text.toString())
    }

    @Test
    fun `only what is possible is offered`() {
        assertEquals(listOf("Continue with Klarna"), buttons(shown(WaitingMode.Waiting(true, false))).map { it.text.toString() })
        assertEquals(listOf("Use another method"), buttons(shown(WaitingMode.Waiting(false, true))).map { it.text.toString() })
        assertFalse(shown(null).isShown, "nothing to wait for")
    }

    @Test
    fun `every text stands out from what lies below it`() {
        fun luminance(colour: Int): Double {
            val parts =
                listOf(Color.red(colour), Color.green(colour), Color.blue(colour)).map {
                    val part = it / 255.0
                    if (part <= 0.04045) part / 12.92 else ((part + 0.055) / 1.055).pow(2.4)
                }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }

        fun contrast(one: Int, other: Int): Double {
            val (dark, light) = listOf(luminance(one), luminance(other)).sorted()
            return (light + 0.05) / (dark + 0.05)
        }
        for (night in listOf("notnight", "night")) {
            RuntimeEnvironment.setQualifiers("+$night")
            val view = shown(turn)
            val background = picture("contrast-$night", view).getPixel(2, 2)
            val filled = buttons(view).first()
            for (text in visible<TextView>(view)) {
                val below = if (text === filled) visible<TextView>(view).first().currentTextColor else background
                assertTrue(contrast(text.currentTextColor, below) >= 7, "$night: ${text.text}")
            }
        }
    }

    @Test
    fun `an app's own words`() {
        val own = WaitingTexts("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k")
        assertEquals(listOf("c", "d", "i", "j"), texts(shown(turn, own)))
    }
}
