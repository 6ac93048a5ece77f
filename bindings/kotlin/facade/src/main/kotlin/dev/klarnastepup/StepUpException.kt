package dev.klarnastepup

/** Why a call was refused. None of them says anything about a payment. */
public sealed class StepUpException(message: String, cause: Throwable? = null) : Exception(message, cause) {
    /**
     * A field of the configuration is not usable. Fix it before shipping.
     *
     * @property field which one.
     * @property problem what is wrong with its shape. Never its value.
     * @property fix what to write instead.
     */
    public class Configuration internal constructor(
        public val field: String,
        public val problem: String,
        public val fix: String,
    ) : StepUpException("$field: $problem; $fix")

    /** The journal's directory is held by another client: one of another process, or one of other configuration. Use that client. */
    public class JournalInUse internal constructor() : StepUpException("the journal's directory is held by another client")

    /** There is no such attempt of this account at this backend. */
    public class UnknownAttempt internal constructor() : StepUpException("no such attempt")

    /** The attempt cannot do that now; its [AttemptState] says what it can do. */
    public class NotPossible internal constructor() : StepUpException("not possible in the attempt's present state")

    /** The client was closed. Make a new one. */
    public class Closed internal constructor() : StepUpException("the client was closed")

    /**
     * The native library is of another release than this code. Take both from one artifact.
     *
     * @property expected the version of this code.
     * @property found that of the library, if it could tell.
     */
    public class VersionMismatch internal constructor(
        public val expected: String,
        public val found: String,
        cause: Throwable? = null,
    ) : StepUpException("this code is of version $expected, the native library of $found; take both from one artifact", cause)

    /** The native library cannot be loaded, or failed in a way that it should not. Keep the artifact's lib folder for this device's ABI. */
    public class LibraryUnusable internal constructor(cause: Throwable) : StepUpException(
        "the native library cannot be used; keep the artifact's lib folder for this device's ABI",
        cause,
    )
}
