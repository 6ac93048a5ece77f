package dev.klarnastepup.android

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import dev.klarnastepup.ffi.PresentFailure
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Surface

/**
 * Lies under a tab, in the app's own task, and notices when it ends. Shows nothing itself.
 *
 * Its end is only a hint: the customer may have closed the tab after paying. What becomes of the payment, the backend says.
 */
internal class StepUpSurfaceActivity : Activity() {
    private val main = Handler(Looper.getMainLooper())
    private var key = Wiring.Key("", 0u)
    private var opened = false

    /** The core knows the end of it. */
    private var over = false
    private var resumes = 0

    /** Made anew by the system, for a tab that is there already. */
    private var remade = false

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val from = savedInstanceState ?: intent.extras ?: Bundle.EMPTY
        key = Wiring.Key(from.getString(ATTEMPT).orEmpty(), from.getInt(NUMBER).toUInt())
        opened = savedInstanceState?.getBoolean(OPENED) ?: false
        remade = opened
        if (savedInstanceState == null && from.getBoolean(CLOSE)) return leave()
        Wiring.living(this)
        // Made anew by the system: the tab is above, or its result is about to come.
        if (opened) return
        // The process that planned it is gone, and what it wanted to show with it: the core asks for it anew.
        val presentation = Wiring.take(key) ?: return leave()
        open(presentation)
    }

    private fun open(presentation: Presentation) {
        val intent = tab(presentation)
        val started =
            try {
                intent?.let { startActivityForResult(it, TAB) } != null
            } catch (_: ActivityNotFoundException) {
                false
            } catch (_: SecurityException) {
                // The browser's activity turned out not to be exported.
                false
            }
        if (started) {
            opened = true
            Wiring.presented(key, this)
        } else {
            Wiring.failed(key, PresentFailure.UNAVAILABLE)
            leave()
        }
    }

    private fun tab(presentation: Presentation): Intent? {
        val browsers = Browsers(packageManager)
        return when (presentation.surface) {
            Surface.AUTH_TAB ->
                browsers.authTab()?.let {
                    val callback =
                        TabIntents.Callback(presentation.callbackScheme, presentation.callbackHost, presentation.callbackPath)
                    TabIntents.authTab(presentation.url, it, callback)
                }
            Surface.CUSTOM_TAB ->
                browsers.customTabs()?.let {
                    val screen = resources.displayMetrics
                    TabIntents.customTab(presentation.url, it, maxOf(screen.heightPixels, screen.widthPixels))
                }
            else -> null
        }
    }

    @Deprecated("The only form that the platform itself has.")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        if (requestCode != TAB || over) return
        // Nothing but the address is read: extras of somebody else's would be unpacked by it.
        val uri = if (resultCode == RESULT_OK) data?.data?.toString() else null
        if (resultCode == TabIntents.RESULT_VERIFICATION_FAILED || resultCode == TabIntents.RESULT_VERIFICATION_TIMED_OUT) {
            AndroidDevice.authTabCannotVerify = true
        }
        end(uri?.takeIf { it.length <= Wiring.LONGEST_LINK })
    }

    override fun onResume() {
        super.onResume()
        resumes += 1
        // The first time belongs to being made; the tab comes after it. Any later one without a result: the tab was made small, or its
        // browser died. Some devices resume twice in passing, so that it has to last.
        val uncovered = opened && !over && (resumes > 1 || remade)
        if (uncovered) main.postDelayed(uncoveredForGood, MERGE_WINDOW)
    }

    private val uncoveredForGood = Runnable { if (!over && !isFinishing) end(null) }

    override fun onPause() {
        main.removeCallbacks(uncoveredForGood)
        super.onPause()
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putString(ATTEMPT, key.attempt)
        outState.putInt(NUMBER, key.number.toInt())
        outState.putBoolean(OPENED, opened)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        // Only we can send it: the activity is not exported. The tab above is gone by now.
        if (intent.getBooleanExtra(CLOSE, false)) leave()
    }

    override fun onDestroy() {
        main.removeCallbacks(uncoveredForGood)
        Wiring.destroyed(this)
        super.onDestroy()
    }

    /** Whether this is the one. */
    fun shows(which: Wiring.Key): Boolean = key == which && !over

    private fun end(uri: String?) {
        over = true
        Wiring.closed(key, uri)
        leave()
    }

    private fun leave() {
        over = true
        Wiring.gone(key)
        finish()
        @Suppress("DEPRECATION")
        overridePendingTransition(0, 0)
    }

    companion object {
        private const val TAB = 1
        private const val ATTEMPT = "attempt"
        private const val NUMBER = "number"
        private const val OPENED = "opened"
        private const val CLOSE = "close"

        /** As the core's own: how long two resumes count as one, milliseconds. */
        internal const val MERGE_WINDOW = 300L

        fun start(from: Activity, key: Wiring.Key) {
            from.startActivity(
                Intent(from, StepUpSurfaceActivity::class.java)
                    .putExtra(ATTEMPT, key.attempt)
                    .putExtra(NUMBER, key.number.toInt())
                    .addFlags(Intent.FLAG_ACTIVITY_NO_ANIMATION),
            )
        }

        /**
         * Clears what lies above the surface activity, and the activity with it. An activity that is not there any more is made and ends at
         * once.
         */
        fun close(from: Context) {
            val intent =
                Intent(from, StepUpSurfaceActivity::class.java)
                    .putExtra(CLOSE, true)
                    .addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP or Intent.FLAG_ACTIVITY_NO_ANIMATION)
            if (from !is Activity) intent.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK)
            from.startActivity(intent)
        }
    }
}
