package dev.klarnastepup

/** Carries customers of one backend through Klarna's step-up. */
public class StepUpClient internal constructor(
    internal val platform: Platform,
) {
    /** Looks at the set-up. */
    public fun doctor(): List<Finding> = emptyList()
}
