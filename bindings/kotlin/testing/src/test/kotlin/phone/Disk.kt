package dev.klarnastepup.phone

import com.sun.jna.Library
import com.sun.jna.Native
import com.sun.jna.Structure

/** A disk that takes nothing more: the system refuses every byte that would be written to a file. The JVM ignores the signal that comes with it. */
internal object Disk {
    private interface C : Library {
        fun getrlimit(resource: Int, limit: Limit): Int

        fun setrlimit(resource: Int, limit: Limit): Int
    }

    @Structure.FieldOrder("current", "maximum")
    internal class Limit : Structure() {
        @JvmField var current: Long = 0

        @JvmField var maximum: Long = 0
    }

    private val c by lazy { Native.load("c", C::class.java) }

    fun full(full: Boolean) {
        val limit = Limit()
        check(c.getrlimit(FILE_SIZE, limit) == 0)
        limit.current = if (full) 0 else limit.maximum
        check(c.setrlimit(FILE_SIZE, limit) == 0)
    }

    /** `RLIMIT_FSIZE` of Linux. */
    private const val FILE_SIZE = 1
}
