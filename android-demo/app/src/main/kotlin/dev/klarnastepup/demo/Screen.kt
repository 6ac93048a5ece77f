package dev.klarnastepup.demo

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.Toast
import java.io.IOException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** What all screens have: a head, what scrolls below it, and something that stays at the bottom. */
abstract class Screen : Activity() {
    protected val look: Look by lazy { Look(this) }
    protected val shop: Shop get() = (application as DemoApplication).shop

    /** What scrolls. */
    protected val body: LinearLayout by lazy { look.column() }

    /** What stays at the bottom; empty at first. */
    protected val foot: LinearLayout by lazy { look.column() }

    /** Ends with the screen. */
    protected val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private var shown: Job? = null

    /** What stands at the top. */
    protected abstract val heading: String

    /** Beside it. */
    protected open val corner: View? = null

    /** Fills [body] and [foot], once. */
    protected abstract fun build(savedInstanceState: Bundle?)

    /** Runs while the screen is shown. */
    protected open suspend fun follow() = Unit

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val edge = look.dp(EDGE)
        body.setPadding(edge, 0, edge, edge)
        foot.setPadding(edge, look.dp(8), edge, look.dp(12))
        val scroll = ScrollView(this).apply {
            id = SCROLL
            isFillViewport = true
            addView(body, MATCH_PARENT, WRAP_CONTENT)
        }
        val whole = look.column(head()).apply {
            setBackgroundColor(look.palette.ground)
            // Android 15 draws every app to the edges of the screen.
            fitsSystemWindows = true
            addView(scroll, LinearLayout.LayoutParams(MATCH_PARENT, 0, 1f))
            addView(foot, LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT))
        }
        build(savedInstanceState)
        setContentView(whole)
    }

    override fun onStart() {
        super.onStart()
        shown = scope.launch { follow() }
    }

    override fun onStop() {
        shown?.cancel()
        super.onStop()
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    protected fun show(screen: Class<out Screen>) = startActivity(Intent(this, screen))

    /** Adds to what scrolls, with a gap. */
    protected fun add(view: View, gap: Int = GAP) {
        val place = LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT)
        place.topMargin = if (body.childCount == 0) 0 else look.dp(gap)
        body.addView(view, place)
    }

    /** Does what may fail for want of the sandbox; says so then. */
    protected fun attempt(work: suspend () -> Unit) {
        scope.launch {
            try {
                work()
            } catch (error: IOException) {
                Toast.makeText(this@Screen, "The sandbox was not reached. ${error.message}", Toast.LENGTH_LONG).show()
                failed()
            }
        }
    }

    /** The sandbox was not reached. */
    protected open fun failed() = Unit

    private fun head(): View {
        val title = look.heading(heading).apply { setPadding(look.dp(4), 0, look.dp(4), 0) }
        val back = if (this is BasketActivity) null else look.sign("\u2190", "Back") { finish() }
        val views = listOfNotNull(back, title, corner)
        return look.row(*views.toTypedArray(), wide = title).apply {
            val edge = look.dp(EDGE - 4)
            setPadding(edge, look.dp(8), edge, look.dp(8))
            minimumHeight = look.dp(64)
        }
    }

    companion object {
        /** The id under which the system keeps how far the screen was scrolled. */
        const val SCROLL = 1
        private const val EDGE = 16
        private const val GAP = 12
    }
}
