package dev.klarnastepup.android

import android.app.Activity
import android.app.ActivityManager
import android.content.Intent
import android.os.Bundle
import dev.klarnastepup.LinkDisposition

/**
 * Where links reach the app. Exported, so that anybody can start it with anything: it reads the address and nothing else, starts only
 * activities of this very app by name, and ends at once. It settles nothing.
 */
internal class StepUpReturnActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        val uri = addressOf(intent)
        // Whoever watches the app's activities (for statistics, say) would read the link, and unpack a stranger's extras.
        intent = Intent()
        super.onCreate(null)
        arrived(uri)
    }

    override fun onNewIntent(intent: Intent) {
        val uri = addressOf(intent)
        super.onNewIntent(Intent())
        arrived(uri)
    }

    private fun addressOf(intent: Intent?): String? =
        intent?.takeIf { it.action == Intent.ACTION_VIEW }?.data?.let {
            // Opaque addresses (`javascript:…`, `intent:…`) are never ours.
            if (it.isHierarchical) it.toString() else null
        }

    private fun arrived(uri: String?) {
        when (val link = uri?.let(Wiring::link) ?: LinkDisposition.NotOurs) {
            LinkDisposition.NotOurs, is LinkDisposition.Refused -> Unit
            is LinkDisposition.Completion -> {
                uncover()
                closeTab(link.attempt.value)
            }
            else -> uncover()
        }
        finish()
        @Suppress("DEPRECATION")
        overridePendingTransition(0, 0)
    }

    /**
     * The tab, or the app's own screen, lies below, unless the link came to another task than theirs: that one is brought to the front then.
     * With nothing below and nothing elsewhere (the process, or the whole task, was gone) the app begins from its start.
     */
    private fun uncover() {
        val task = Wiring.tab?.task ?: Visibility.hostTask
        if (task == taskId && !isTaskRoot) return
        val tasks = getSystemService(ActivityManager::class.java).appTasks
        val theirs = tasks.firstOrNull { task != null && task != taskId && idOf(it) == task }
        if (theirs != null) {
            theirs.moveToFront()
        } else if (isTaskRoot) {
            startApp()
        }
    }

    /** In a task of which it is the root, as from its icon. */
    private fun startApp() {
        val launcher = packageManager.getLaunchIntentForPackage(packageName)?.component ?: return
        startActivity(
            Intent
                .makeMainActivity(launcher)
                .addFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_CLEAR_TASK),
        )
    }

    /**
     * From here, because a link from outside just brought us to the front: later the system may not let us. A tab in another task, the core
     * has taken away.
     */
    private fun closeTab(attempt: String) {
        val tab = Wiring.tab ?: return
        if (tab.key.attempt == attempt && tab.task == taskId) StepUpSurfaceActivity.close(this)
    }

    private fun idOf(task: ActivityManager.AppTask): Int =
        // A task may end while we look at it.
        runCatching {
            @Suppress("DEPRECATION")
            task.taskInfo.id
        }.getOrDefault(-1)
}
