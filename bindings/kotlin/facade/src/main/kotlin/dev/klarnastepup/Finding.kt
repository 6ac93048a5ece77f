package dev.klarnastepup

/**
 * One thing that [StepUpClient.doctor] looked at.
 *
 * @property code a stable name.
 * @property level how bad it is.
 * @property problem what is wrong.
 * @property fix what to do.
 */
public class Finding internal constructor(
    public val code: String,
    public val level: Level,
    public val problem: String,
    public val fix: String,
) {
    /** How bad a finding is. */
    public enum class Level {
        /** Payments will not work. */
        BROKEN,

        /** Something works less well than it could. */
        ADVICE,

        /** Looked at, and fine. */
        FINE,
    }

    /** @suppress */
    override fun toString(): String = "$level $code: $problem; $fix"
}
