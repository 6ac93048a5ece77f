package dev.klarnastepup.demo

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Canvas
import android.graphics.Path
import android.widget.FrameLayout

/** Cuts the corners of what is in it, so that the library's waiting screen looks like one of the shop's cards. */
@SuppressLint("ViewConstructor")
class Rounded(context: Context, private val corner: Int) : FrameLayout(context) {
    private val edge = Path()

    override fun onSizeChanged(width: Int, height: Int, oldWidth: Int, oldHeight: Int) {
        super.onSizeChanged(width, height, oldWidth, oldHeight)
        edge.reset()
        edge.addRoundRect(0f, 0f, width.toFloat(), height.toFloat(), corner.toFloat(), corner.toFloat(), Path.Direction.CW)
    }

    override fun dispatchDraw(canvas: Canvas) {
        canvas.clipPath(edge)
        super.dispatchDraw(canvas)
    }
}
