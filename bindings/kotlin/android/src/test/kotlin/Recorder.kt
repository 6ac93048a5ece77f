package dev.klarnastepup.android

import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.Shell
import dev.klarnastepup.ffi.PresentFailure

/** A façade that writes down what the shell tells it. [links] says what a link is. */
internal class Recorder(
    var links: (String) -> LinkDisposition = { LinkDisposition.NotOurs },
) : Shell {
    val told = ArrayList<String>()

    /** What was told since the last time. */
    fun take(): List<String> = told.toList().also { told.clear() }

    override fun foreground() = note("foreground")

    override fun background() = note("background")

    override fun networkChanged() = note("network")

    override fun hostAttached() = note("host")

    override fun hostDetached() = note("no host")

    override fun surfacePresented(attempt: String, number: UInt) = note("presented $attempt $number")

    override fun surfaceFailed(attempt: String, number: UInt, failure: PresentFailure) = note("failed $attempt $number $failure")

    override fun surfaceClosed(attempt: String, number: UInt, uri: String?): LinkDisposition {
        note("closed $attempt $number $uri")
        return uri?.let(links) ?: LinkDisposition.NotOurs
    }

    override fun link(uri: String): LinkDisposition {
        note("link $uri")
        return links(uri)
    }

    private fun note(what: String) {
        synchronized(told) { told += what }
    }
}
