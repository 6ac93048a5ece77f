package dev.klarnastepup.android

import android.app.Activity
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.Shell
import dev.klarnastepup.ffi.PresentFailure
import dev.klarnastepup.ffi.Presentation
import java.lang.ref.WeakReference

/**
 * Where activities that the system makes meet the client that the app makes. In a process that the system started for a link or a result
 * the activity comes first: what it has to say waits here.
 */
internal object Wiring {
    /** More than a customer can cause; whoever sends more is not one. */
    private const val MOST_WAITING = 8

    /** The longest link that is passed on, in bytes; the core reads no longer ones. */
    const val LONGEST_LINK = 8 * 1024

    private val lock = Any()
    private var shell: Shell? = null
    private val waiting = ArrayDeque<(Shell) -> Unit>()

    /**
     * What is to be shown by the surface activity that was started for it. Kept here and not in the intent: the system keeps intents, and
     * the address is secret.
     */
    private val planned = HashMap<Key, Presentation>()
    private var surface = WeakReference<StepUpSurfaceActivity>(null)
    private var shownTab: Tab? = null

    /** The presentation whose tab is up, as far as is known. */
    val tab: Tab? get() = synchronized(lock) { shownTab }

    /** The living surface activity. Main thread. */
    val surfaceActivity: StepUpSurfaceActivity? get() = surface.get()

    fun connect(to: Shell) {
        val missed =
            synchronized(lock) {
                shell = to
                waiting.toList().also { waiting.clear() }
            }
        missed.forEach { it(to) }
    }

    fun disconnect(from: Shell) {
        synchronized(lock) {
            if (shell !== from) return
            shell = null
            planned.clear()
        }
    }

    /** A link from outside. [LinkDisposition.Accepted] if there is no client yet that could tell. */
    fun link(uri: String): LinkDisposition {
        if (uri.toByteArray().size > LONGEST_LINK) return LinkDisposition.NotOurs
        return told { it.link(uri) } ?: LinkDisposition.Accepted
    }

    fun plan(presentation: Presentation) {
        synchronized(lock) { planned[Key(presentation.attempt, presentation.number)] = presentation }
    }

    /** The presentation, once. */
    fun take(key: Key): Presentation? = synchronized(lock) { planned.remove(key) }

    fun presented(key: Key, by: Activity) {
        synchronized(lock) { shownTab = Tab(key, by.taskId) }
        told { it.surfacePresented(key.attempt, key.number) }
    }

    /** The customer went on in another app. */
    fun left(key: Key) {
        told { it.surfacePresented(key.attempt, key.number) }
    }

    fun failed(key: Key, failure: PresentFailure) {
        gone(key)
        told { it.surfaceFailed(key.attempt, key.number, failure) }
    }

    fun closed(key: Key, uri: String?) {
        gone(key)
        told { it.surfaceClosed(key.attempt, key.number, uri) }
    }

    /** It was taken away on the core's wish: nobody has to be told. */
    fun gone(key: Key) {
        synchronized(lock) { if (shownTab?.key == key) shownTab = null }
    }

    fun living(activity: StepUpSurfaceActivity) {
        surface = WeakReference(activity)
    }

    fun destroyed(activity: StepUpSurfaceActivity) {
        if (surface.get() === activity) surface.clear()
    }

    /** What the shell says, or null where the word has to wait for one. */
    private fun <T : Any> told(word: (Shell) -> T): T? {
        val now =
            synchronized(lock) {
                shell.also { if (it == null && waiting.size < MOST_WAITING) waiting.addLast { shell -> word(shell) } }
            }
        return now?.let(word)
    }

    /** Names a presentation. */
    data class Key(
        val attempt: String,
        val number: UInt,
    )

    /** A tab that is up, over the surface activity in this task. */
    class Tab(
        val key: Key,
        val task: Int,
    )
}
