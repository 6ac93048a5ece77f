package dev.klarnastepup.testing

import dev.klarnastepup.LinkDisposition
import java.util.EnumSet
import kotlin.time.Duration.Companion.seconds

/** What goes wrong, by name. */
public enum class Fault {
    /** The phone has no network. */
    OFFLINE,

    /** Every link comes twice. */
    DOUBLE_LINK,

    /** Links do not come until [StepUpTesting.deliverLateLinks]. */
    LATE_LINK,

    /** Links never come. */
    LOST_LINK,

    /** Nobody does anything for 60 s before a link comes. */
    IDLE_60_S,

    /** The next start reaches the backend, and its answer is lost. */
    LOST_START_REPLY,
}

/** What goes wrong with links. */
internal class LinkFaults(private val clock: VirtualClock) {
    private val faults: MutableSet<Fault> = EnumSet.noneOf(Fault::class.java)
    private val late = mutableListOf<() -> LinkDisposition>()

    fun set(fault: Fault, on: Boolean) {
        if (on) faults += fault else faults -= fault
    }

    /** What each delivery came to; empty if there was none. */
    suspend fun deliver(link: String, toApp: (String) -> LinkDisposition): List<LinkDisposition> {
        if (Fault.IDLE_60_S in faults) clock.advance(IDLE)
        return when {
            Fault.LOST_LINK in faults -> emptyList()
            Fault.LATE_LINK in faults -> emptyList<LinkDisposition>().also { late += { toApp(link) } }
            Fault.DOUBLE_LINK in faults -> listOf(toApp(link), toApp(link))
            else -> listOf(toApp(link))
        }
    }

    fun deliverLate(): List<LinkDisposition> = late.map { it() }.also { late.clear() }

    private companion object {
        val IDLE = 60.seconds
    }
}
