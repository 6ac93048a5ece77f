package dev.klarnastepup.demo

import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Rect
import android.view.View
import android.view.View.MeasureSpec
import android.view.ViewGroup
import android.widget.EditText
import android.widget.ScrollView
import android.widget.TextView
import java.io.File
import kotlin.math.pow
import kotlin.test.AfterTest
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertTrue

/** A walk through every screen, and a look at each: it is drawn for a person, and that every text is whole and stands out is checked here. */
abstract class Walk {
    private val world = World()
    private val phone = Phone()
    private lateinit var mode: String

    @AfterTest
    fun end() {
        phone.close()
        world.close()
    }

    /** Everything that a person can come to see, in one afternoon. */
    protected fun walk(mode: String) {
        this.mode = mode
        phone.installBrowser()
        phone.launch()
        picture("basket-first")
        phone.follow(world.link)
        picture("sandbox")
        phone.tap("Use this sandbox")
        phone.tap("Scenario")
        phone.until("the list") { phone.texts().firstOrNull { it == "happy-url" } }
        picture("scenarios", whole = false)
        phone.top.findViewById<EditText>(ScenariosActivity.SEARCH).setText("link-lost-approved")
        phone.tap("link-lost-approved")
        phone.shows("Scenario: link-lost-approved")
        picture("basket")
        phone.tap("Pay with Klarna")
        val tab = phone.tab()
        phone.end(tab, null)
        phone.shows("Continue with Klarna")
        picture("payment-your-turn")
        phone.back()
        phone.shows("One payment is not finished")
        picture("basket-unfinished")
        phone.tap("One payment")
        phone.shows("Continue with Klarna")
        picture("payments")
        phone.back()
        phone.tap("Test bench")
        picture("bench")
        phone.tap("Faults")
        phone.shows("All is well.")
        phone.tap("Webhooks come twice")
        phone.shows("1 in force")
        picture("faults")
        phone.back()
        phone.tap("Doctor")
        phone.until("the findings") { phone.texts().firstOrNull { it == "all-well" } }
        picture("doctor")
        phone.back()
        phone.back()
        phone.tap("One payment")
        phone.tap("Continue with Klarna")
        val again = phone.tab()
        phone.end(again, world.approve(assertNotNull(again.dataString)))
        phone.shows("Thank you!")
        phone.until("the timeline") { phone.texts().firstOrNull { "Deliver" in it } }
        picture("payment-paid")
        phone.back()
        picture("payments-all-finished")
        phone.back()
        phone.tap("Pay with Klarna")
        val denied = phone.tab()
        phone.end(denied, world.deny(assertNotNull(denied.dataString)))
        phone.shows("Klarna said no")
        picture("payment-declined")
    }

    private fun picture(name: String, whole: Boolean = true) {
        phone.idle()
        val root = (phone.top.findViewById<ViewGroup>(android.R.id.content)).getChildAt(0)
        layOut(root, whole)
        val picture = Bitmap.createBitmap(root.width, root.height, Bitmap.Config.ARGB_8888)
        root.draw(Canvas(picture))
        val file = File(System.getProperty("demo.pictures"), "$name-$mode.png")
        file.parentFile?.mkdirs()
        file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
        val background = Palette.of(root.context).ground
        assertEquals(background, picture.getPixel(1, root.height - 2), "$name: the shop's ground")
        val scrolled = Rect(0, 0, 0, 0).also { root.findViewById<View>(Screen.SCROLL).getHitRect(it) }
        val texts = Phone.all(root).filterIsInstance<TextView>().filter { it.isShown && it.text.isNotEmpty() }
        for (text in texts) {
            val place = Rect(0, 0, text.width, text.height)
            (root as ViewGroup).offsetDescendantRectToMyCoords(text, place)
            // What has to be scrolled to is looked at where the whole is drawn.
            if (!whole && place.bottom > scrolled.bottom) continue
            val what = "$name-$mode: \"${text.text}\""
            assertTrue(text.layout.height <= text.height, "$what does not fit")
            // An address in a field scrolls.
            if (text !is EditText) {
                assertTrue(place.left >= 0 && place.right <= root.width, "$what leaves the screen: $place")
                for (line in 0 until text.lineCount) assertEquals(0, text.layout.getEllipsisCount(line), "$what is cut off")
                for (line in 0 until text.lineCount - 1) {
                    assertTrue(text.text[text.layout.getLineEnd(line) - 1] in BREAKS, "$what is broken within a word")
                }
                if (text.isEnabled) stands(picture, place, text, what)
            }
        }
        root.requestLayout()
    }

    /** As on the screen, or with all that can be scrolled to. */
    private fun layOut(root: View, whole: Boolean) {
        val screen = root.resources.displayMetrics
        val scroll = root.findViewById<ScrollView>(Screen.SCROLL)
        fun at(height: Int) {
            root.measure(MeasureSpec.makeMeasureSpec(screen.widthPixels, MeasureSpec.EXACTLY), MeasureSpec.makeMeasureSpec(height, MeasureSpec.EXACTLY))
            root.layout(0, 0, root.measuredWidth, root.measuredHeight)
        }
        at(screen.heightPixels)
        if (!whole) return
        val more = scroll.getChildAt(0).height - scroll.height
        if (more > 0) at(screen.heightPixels + more)
    }

    /** By what was drawn: most of a text's place is what lies below it. */
    private fun stands(picture: Bitmap, place: Rect, text: TextView, what: String) {
        val counts = HashMap<Int, Int>()
        for (y in place.top until place.bottom step 2) {
            for (x in place.left until place.right step 2) counts.merge(picture.getPixel(x, y), 1, Int::plus)
        }
        val below = counts.maxBy { it.value }.key
        assertTrue(counts.size > 3, "$what was not drawn")
        val contrast = contrast(text.currentTextColor, below)
        assertTrue(contrast >= LEAST, "$what: $contrast")
    }

    private fun contrast(one: Int, other: Int): Double {
        val (dark, light) = listOf(luminance(one), luminance(other)).sorted()
        return (light + 0.05) / (dark + 0.05)
    }

    private fun luminance(colour: Int): Double {
        val parts =
            listOf(Color.red(colour), Color.green(colour), Color.blue(colour)).map {
                val part = it / 255.0
                if (part <= 0.04045) part / 12.92 else ((part + 0.055) / 1.055).pow(2.4)
            }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    private companion object {
        /** WCAG 2.2, AA, for texts of any size. */
        const val LEAST = 4.5

        /** Where a line may end. */
        const val BREAKS = " \n-/:.=_\u200B"
    }
}
