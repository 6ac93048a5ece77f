package dev.klarnastepup.demo

import kotlin.test.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** How every screen looks where there is little room. Only in the long form. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], qualifiers = "w360dp-h740dp-xhdpi")
class OtherPhonesTest : Walk() {
    @Test
    fun `twice the font size`() {
        RuntimeEnvironment.setFontScale(2f)
        walk("large")
    }

    @Test
    @Config(qualifiers = "w320dp-h480dp-mdpi")
    fun `the smallest phone`() = walk("small")
}
