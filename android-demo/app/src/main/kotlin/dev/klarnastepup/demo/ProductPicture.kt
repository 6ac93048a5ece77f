package dev.klarnastepup.demo

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Path
import android.view.View

/** A picture of a product, drawn rather than shipped. */
@SuppressLint("ViewConstructor")
class ProductPicture(context: Context, private val product: Product) : View(context) {
    private val paint = Paint(Paint.ANTI_ALIAS_FLAG)
    private val palette = Palette.of(context)
    private val path = Path()

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    /** Everything is drawn on a square of a hundred units. */
    override fun onDraw(canvas: Canvas) {
        super.onDraw(canvas)
        canvas.save()
        canvas.scale(width / UNITS, height / UNITS)
        fill(palette.tiles[product.ordinal])
        canvas.drawRoundRect(0f, 0f, UNITS, UNITS, 18f, 18f, paint)
        when (product) {
            Product.LAMP -> lamp(canvas)
            Product.MUG -> mug(canvas)
            Product.FERN -> fern(canvas)
            Product.THROW -> wool(canvas)
        }
        canvas.restore()
    }

    private fun lamp(canvas: Canvas) {
        fill(0xFFB98A53.toInt())
        canvas.drawRoundRect(47f, 48f, 53f, 80f, 2f, 2f, paint)
        canvas.drawRoundRect(34f, 78f, 66f, 84f, 3f, 3f, paint)
        fill(0xFFFFF6DF.toInt())
        polygon(canvas, 36f, 18f, 64f, 18f, 74f, 50f, 26f, 50f)
        fill(0xFFE9D5A6.toInt())
        polygon(canvas, 27.6f, 45f, 72.4f, 45f, 74f, 50f, 26f, 50f)
    }

    private fun mug(canvas: Canvas) {
        line(0xFF5B7683.toInt(), 6f)
        canvas.drawArc(58f, 38f, 82f, 66f, -90f, 180f, false, paint)
        fill(0xFF6F8B98.toInt())
        canvas.drawRoundRect(26f, 30f, 68f, 78f, 10f, 10f, paint)
        fill(0xFFE8E2D6.toInt())
        canvas.drawRoundRect(26f, 30f, 68f, 48f, 9f, 9f, paint)
        canvas.drawRect(26f, 40f, 68f, 48f, paint)
    }

    private fun fern(canvas: Canvas) {
        for (turn in intArrayOf(-52, -26, 0, 26, 52)) {
            canvas.save()
            canvas.rotate(turn.toFloat(), 50f, 62f)
            fill(if (turn % 52 == 0) 0xFF3F7A55.toInt() else 0xFF559069.toInt())
            path.reset()
            path.moveTo(50f, 62f)
            path.quadTo(38f, 38f, 50f, 16f)
            path.quadTo(62f, 38f, 50f, 62f)
            canvas.drawPath(path, paint)
            canvas.restore()
        }
        fill(0xFFC2714F.toInt())
        polygon(canvas, 34f, 60f, 66f, 60f, 61f, 86f, 39f, 86f)
        fill(0xFFAD5F3F.toInt())
        canvas.drawRoundRect(31f, 56f, 69f, 64f, 2f, 2f, paint)
    }

    private fun wool(canvas: Canvas) {
        val folds = intArrayOf(0xFFD8C7B4.toInt(), 0xFFC9B49D.toInt(), 0xFFB89F86.toInt())
        folds.forEachIndexed { index, colour ->
            fill(colour)
            val top = 30f + index * 17f
            canvas.drawRoundRect(20f, top, 80f, top + 15f, 7f, 7f, paint)
        }
        line(folds.last(), 2f)
        for (fringe in 0..9) canvas.drawLine(25f + fringe * 5.5f, 78f, 25f + fringe * 5.5f, 86f, paint)
    }

    private fun polygon(canvas: Canvas, vararg points: Float) {
        path.reset()
        path.moveTo(points[0], points[1])
        for (index in 2 until points.size step 2) path.lineTo(points[index], points[index + 1])
        path.close()
        canvas.drawPath(path, paint)
    }

    private fun fill(colour: Int) {
        paint.style = Paint.Style.FILL
        paint.color = colour
    }

    private fun line(colour: Int, width: Float) {
        paint.style = Paint.Style.STROKE
        paint.strokeWidth = width
        paint.color = colour
    }

    private companion object {
        const val UNITS = 100f
    }
}
