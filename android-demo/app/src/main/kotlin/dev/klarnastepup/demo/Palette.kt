package dev.klarnastepup.demo

import android.content.Context
import android.content.res.Configuration

/**
 * The shop's colours. Every text has a contrast of 4.5:1 or more to what lies below it.
 *
 * @property ground of the screen; the same as in res/values/theme.xml.
 * @property surface of cards.
 * @property line around cards.
 * @property text what is read.
 * @property quiet what is read second.
 * @property accent what can be tapped.
 * @property onAccent text on it.
 * @property good of something that went well.
 * @property bad of something that did not.
 * @property tiles below pictures of products.
 */
class Palette private constructor(
    val ground: Int,
    val surface: Int,
    val line: Int,
    val text: Int,
    val quiet: Int,
    val accent: Int,
    val onAccent: Int,
    val good: Int,
    val bad: Int,
    val tiles: List<Int>,
) {
    companion object {
        /** The pink of Klarna's buttons, and the text on it. */
        const val PINK = 0xFFFFA8CD.toInt()
        const val ON_PINK = 0xFF0B051D.toInt()

        fun of(context: Context): Palette {
            val night = context.resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK == Configuration.UI_MODE_NIGHT_YES
            return if (night) DARK else LIGHT
        }

        private val LIGHT =
            Palette(
                ground = 0xFFF7F3EC.toInt(),
                surface = 0xFFFFFFFF.toInt(),
                line = 0xFFE5DED2.toInt(),
                text = 0xFF1C1B1A.toInt(),
                quiet = 0xFF5E5A55.toInt(),
                accent = 0xFF1F4D3A.toInt(),
                onAccent = 0xFFFFFFFF.toInt(),
                good = 0xFF1F6B45.toInt(),
                bad = 0xFFA8321F.toInt(),
                tiles = listOf(0xFFF3E3C3.toInt(), 0xFFDCE5E8.toInt(), 0xFFDCE8D6.toInt(), 0xFFEFDCD3.toInt()),
            )
        private val DARK =
            Palette(
                ground = 0xFF131211.toInt(),
                surface = 0xFF1F1D1B.toInt(),
                line = 0xFF36322E.toInt(),
                text = 0xFFF2EEE8.toInt(),
                quiet = 0xFFB7B0A6.toInt(),
                accent = 0xFF9AD8B6.toInt(),
                onAccent = 0xFF0C2318.toInt(),
                good = 0xFF7FD3A4.toInt(),
                bad = 0xFFFF9E8A.toInt(),
                tiles = listOf(0xFF4A3F28.toInt(), 0xFF2E3A3F.toInt(), 0xFF2C3B2B.toInt(), 0xFF45322A.toInt()),
            )
    }
}
