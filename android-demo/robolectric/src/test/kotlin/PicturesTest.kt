package dev.klarnastepup.demo

import kotlin.test.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** How every screen looks, light and dark. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], qualifiers = "w360dp-h740dp-xhdpi")
class PicturesTest : Walk() {
    @Test
    fun light() = walk("light")

    @Test
    @Config(qualifiers = "+night")
    fun dark() = walk("dark")
}
