@file:Suppress("DEPRECATION", "removal")

package dev.klarnastepup.android

import java.security.Permission
import java.util.concurrent.CopyOnWriteArrayList

/**
 * What strict mode does on a device, disk and network, for the main thread: strict mode itself has no effect off a device, because the
 * JDK's files and sockets do not tell it. The JDK's security manager is told of each of them. Only what our own code causes counts, and not
 * the loading of classes.
 */
internal class MainThreadGuard private constructor(
    private val main: Thread,
) : SecurityManager() {
    val offences = CopyOnWriteArrayList<String>()

    override fun checkPermission(permission: Permission) = Unit

    override fun checkPermission(permission: Permission, context: Any?) = Unit

    override fun checkRead(file: String) = judge("read $file")

    override fun checkWrite(file: String) = judge("write $file")

    override fun checkDelete(file: String) = judge("delete $file")

    override fun checkConnect(host: String, port: Int) = judge("connect $host:$port")

    override fun checkLink(library: String) = judge("load $library")

    private fun judge(what: String) {
        if (Thread.currentThread() !== main) return
        // From the innermost call outwards: what happened for the sake of our code's next call, up to our code itself.
        val frames = Throwable().stackTrace.filter { it.className != javaClass.name }
        val ours = frames.indexOfFirst { it.className.startsWith("dev.klarnastepup.") && !isTest(it) }
        if (ours < 0 || frames.take(ours).any { isLoading(it) || isTest(it) }) return
        offences += "$what by ${frames[ours]}"
    }

    private fun isLoading(frame: StackTraceElement) = "ClassLoader" in frame.className || frame.className.startsWith("java.lang.invoke.")

    private fun isTest(frame: StackTraceElement) = frame.fileName.orEmpty().let {
        it.endsWith("Test.kt") || it == "World.kt" ||
            it == "MainThreadGuard.kt"
    }

    companion object {
        /** Runs [work] under guard, and returns what the main thread did. */
        fun watch(main: Thread, work: () -> Unit): List<String> {
            val guard = MainThreadGuard(main)
            System.setSecurityManager(guard)
            try {
                work()
            } finally {
                System.setSecurityManager(null)
            }
            return guard.offences
        }
    }
}
