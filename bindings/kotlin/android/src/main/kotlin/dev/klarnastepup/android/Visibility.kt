package dev.klarnastepup.android

import android.app.Activity
import android.app.ActivityManager
import android.app.Application
import android.os.Bundle
import dev.klarnastepup.Shell
import java.lang.ref.WeakReference

/**
 * Foreground, background, and what to present from, by the life-cycles of the app's activities. Main thread.
 *
 * A tab of ours on top is not background, although all activities of the app are stopped then.
 */
internal class Visibility(
    private val application: Application,
    private val shell: Shell,
) : Application.ActivityLifecycleCallbacks {
    private val started = ArrayList<WeakReference<Activity>>()
    private var inFront = true
    private var host = WeakReference<Activity>(null)

    fun begin() {
        application.registerActivityLifecycleCallbacks(this)
        val state = ActivityManager.RunningAppProcessInfo()
        ActivityManager.getMyMemoryState(state)
        // A process that was started for a push message or a job has no screen. Activities that are there already are not told to us;
        // importance tells.
        if (state.importance > ActivityManager.RunningAppProcessInfo.IMPORTANCE_VISIBLE) left()
    }

    fun end() {
        application.unregisterActivityLifecycleCallbacks(this)
    }

    /** The activity that a payment was started from: it may have been there before the client. */
    fun offer(activity: Activity) {
        if (activity.isFinishing || activity.isDestroyed) return
        came(activity)
    }

    /** What to present from now. */
    fun host(): Activity? = host.get()?.takeUnless { it.isFinishing || it.isDestroyed }

    override fun onActivityStarted(activity: Activity) = came(activity)

    override fun onActivityResumed(activity: Activity) = came(activity)

    override fun onActivityStopped(activity: Activity) {
        forget(activity)
        // Turned, or in another language: it comes back at once.
        if (!activity.isChangingConfigurations) perhapsLeft()
    }

    override fun onActivityDestroyed(activity: Activity) = forget(activity)

    override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?) = Unit

    override fun onActivityPaused(activity: Activity) = Unit

    override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle) = Unit

    private fun came(activity: Activity) {
        if (started.none { it.get() === activity }) started += WeakReference(activity)
        if (!isOurs(activity)) {
            hostTask = activity.taskId
            val first = host.get() == null
            host = WeakReference(activity)
            if (first) shell.hostAttached()
        }
        if (!inFront) {
            inFront = true
            shell.foreground()
        }
    }

    private fun forget(activity: Activity) {
        started.removeAll { it.get() == null || it.get() === activity }
        if (host.get() !== activity) return
        val other = started.mapNotNull { it.get() }.lastOrNull { !isOurs(it) }
        host = WeakReference(other)
        // While it is merely covered by a tab, or being made anew, there is one again as soon as somebody looks.
        if (other == null) shell.hostDetached()
    }

    private fun perhapsLeft() {
        if (started.isEmpty() && Wiring.tab == null) left()
    }

    private fun left() {
        if (inFront) {
            inFront = false
            shell.background()
        }
    }

    private fun isOurs(activity: Activity): Boolean = activity is StepUpSurfaceActivity || activity is StepUpReturnActivity

    companion object {
        /** The task of the activity that last was in front; known to the activity that takes links, which has no client. */
        @Volatile
        var hostTask: Int? = null
            private set
    }
}
