package dev.klarnastepup.demo

import android.app.Activity
import android.content.ComponentName
import android.content.Intent
import android.content.IntentFilter
import android.net.Uri
import android.os.Bundle
import android.os.Looper
import android.os.Parcel
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController

/**
 * A finger on the demo, and the system around it: which screen is on top, what is started from it, what comes back. What the system would do
 * with tasks is done here as its documentation says.
 */
internal class Phone : AutoCloseable {
    val app = RuntimeEnvironment.getApplication() as DemoApplication
    private val screens = ArrayDeque<ActivityController<out Activity>>()
    private var surface: ActivityController<out Activity>? = null

    val top: Activity get() = screens.last().get()

    /** A browser that has an Auth Tab. */
    fun installBrowser() {
        val packages = shadowOf(app.packageManager)
        val filter = IntentFilter(Intent.ACTION_VIEW).apply {
            addCategory(Intent.CATEGORY_DEFAULT)
            addCategory(Intent.CATEGORY_BROWSABLE)
            addDataScheme("http")
            addDataScheme("https")
        }
        val main = ComponentName(BROWSER, "$BROWSER.Main")
        packages.addActivityIfNotPresent(main)
        packages.addIntentFilterForActivity(main, filter)
        val tabs = ComponentName(BROWSER, "$BROWSER.TabService")
        packages.addServiceIfNotPresent(tabs)
        val tab = IntentFilter("android.support.customtabs.action.CustomTabsService")
        tab.addCategory("androidx.browser.auth.category.AuthTab")
        packages.addIntentFilterForService(tabs, tab)
        @Suppress("DEPRECATION")
        app.packageManager.addPreferredActivity(filter, IntentFilter.MATCH_CATEGORY_SCHEME, arrayOf(main), main)
    }

    fun removeBrowser() = shadowOf(app.packageManager).removePackage(BROWSER).let { }

    /** The icon is tapped. */
    fun launch() = open(Intent(Intent.ACTION_MAIN).setClass(app, BasketActivity::class.java))

    /** Another app, the camera say, opens a link. */
    fun follow(link: String) {
        val intent = Intent(Intent.ACTION_VIEW, Uri.parse(link)).addCategory(Intent.CATEGORY_BROWSABLE)
        val taker = app.packageManager.resolveActivity(intent, 0)?.activityInfo?.name ?: error("nobody takes $link")
        open(intent.setClassName(app, taker))
    }

    /** Starts a screen of ours on top. */
    fun open(intent: Intent, saved: Bundle? = null) {
        @Suppress("UNCHECKED_CAST")
        val kind = Class.forName(intent.component?.className ?: error("$intent names no screen")) as Class<out Activity>
        val before = screens.lastOrNull()
        before?.pause()
        val next = Robolectric.buildActivity(kind, intent)
        if (saved == null) next.setup() else next.setup(saved)
        before?.stop()
        screens.addLast(next)
        idle()
    }

    /** The back gesture. */
    fun back() {
        top.finish()
        settle()
    }

    /** What can be seen on the top screen. */
    fun seen(): List<View> = all(top.window.decorView).filter { it.isShown }

    fun texts(): List<String> = seen().filterIsInstance<TextView>().map { it.text.toString().replace("\u200B", "") }.filter { it.isNotEmpty() }

    fun has(text: String): Boolean = texts().any { text in it }

    /** Taps what is called so, once it is there; what that starts is opened. */
    fun tap(name: String) {
        val view = until("\"$name\" to tap") { seen().firstOrNull { called(it, name) && it.isEnabled } }
        view.performClick()
        settle()
    }

    private fun called(view: View, name: String): Boolean =
        view.hasOnClickListeners() && ((view as? TextView)?.text?.toString() == name || view.contentDescription?.toString()?.startsWith(name) == true) ||
            view is android.widget.CompoundButton && view.text.toString() == name

    /** What was started and is not ours to show: a tab, a chooser. */
    fun started(what: String): Intent = until(what) { shadowOf(app).nextStartedActivity }

    /** Lets the main thread run until there is one. */
    fun <T : Any> until(what: String, look: () -> T?): T {
        val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90)
        val pause = Semaphore(0)
        while (System.nanoTime() < deadline) {
            adopt()
            look()?.let { return it }
            pause.tryAcquire(5, TimeUnit.MILLISECONDS)
        }
        error("$what never came; on the screen: ${texts()}")
    }

    fun shows(text: String) {
        until("\"$text\"") { texts().firstOrNull { text in it } }
    }

    /** The system makes the library's activity, and that opens a tab. Returns the tab's intent. */
    fun tab(): Intent {
        val own = started("the journey")
        check(own.component?.className == SURFACE) { "something else was started: $own" }
        @Suppress("UNCHECKED_CAST")
        val made = Robolectric.buildActivity(Class.forName(SURFACE) as Class<out Activity>, own)
        screens.last().pause()
        made.setup()
        screens.last().stop()
        surface = made
        val tab = started("the tab")
        made.pause().stop()
        return tab
    }

    /** The tab ends, by the link or without one. */
    fun end(tab: Intent, link: String?) {
        val made = surface ?: error("there is no tab")
        made.restart().start()
        val code = if (link == null) Activity.RESULT_CANCELED else Activity.RESULT_OK
        shadowOf(made.get()).receiveResult(tab, code, link?.let { Intent().setData(Uri.parse(it)) })
        made.resume()
        screens.last().restart().start().resume()
        made.pause().stop().destroy()
        surface = null
        idle()
    }

    /** The system takes the top screen away for want of memory, and brings it back when it is needed. */
    fun remake() {
        val old = screens.removeLast()
        val saved = Bundle()
        old.pause().stop().saveInstanceState(saved).destroy()
        open(old.intent ?: Intent(), parcelled(saved))
    }

    /** As between two processes. */
    private fun parcelled(bundle: Bundle): Bundle {
        val parcel = Parcel.obtain()
        try {
            parcel.writeBundle(bundle)
            parcel.setDataPosition(0)
            return parcel.readBundle(javaClass.classLoader) ?: Bundle()
        } finally {
            parcel.recycle()
        }
    }

    fun idle() = shadowOf(Looper.getMainLooper()).idle()

    /** Opens what was started of ours. */
    private fun adopt() {
        idle()
        while (shadowOf(app).peekNextStartedActivity()?.component?.className?.startsWith("dev.klarnastepup.demo.") == true) {
            open(shadowOf(app).nextStartedActivity)
        }
    }

    /** And takes away what was finished. */
    private fun settle() {
        adopt()
        if (screens.size > 1 && screens.last().get().isFinishing) {
            val gone = screens.removeLast()
            gone.pause()
            screens.last().restart().start().resume()
            gone.stop().destroy()
            idle()
        }
    }

    override fun close() {
        surface?.get()?.finish()
        surface?.destroy()
        while (screens.isNotEmpty()) screens.removeLast().pause().stop().destroy()
        app.shop.close()
        idle()
    }

    companion object {
        private const val BROWSER = "com.android.chrome"
        private const val SURFACE = "dev.klarnastepup.android.StepUpSurfaceActivity"

        fun all(view: View): List<View> =
            listOf(view) + if (view is ViewGroup) (0 until view.childCount).flatMap { all(view.getChildAt(it)) } else emptyList()
    }
}
