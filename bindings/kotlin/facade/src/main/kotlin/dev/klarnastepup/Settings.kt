package dev.klarnastepup

/** Which Klarna the app talks to. */
public sealed class Environment {
    /** Real money. */
    public data object Live : Environment()

    /** Klarna's test system. */
    public data object Test : Environment()

    /**
     * The project's sandbox: http, loopback, 10.0.2.2 and the named hosts are allowed as well.
     *
     * @param hosts further hosts, one by one, without port.
     * @property insist also in a build that is not debuggable, which is refused otherwise.
     */
    public class Sandbox @JvmOverloads constructor(
        hosts: Collection<String> = emptyList(),
        public val insist: Boolean = false,
    ) : Environment() {
        /** Further hosts, without port. */
        public val hosts: List<String> = hosts.toList()

        /** @suppress */
        override fun toString(): String = "Sandbox"
    }
}

/**
 * How the start request names the two links.
 *
 * @property returnUrl the completion link.
 * @property appReturnUrl the handover link.
 */
public class FieldNames @JvmOverloads constructor(
    public val returnUrl: String = "return_url",
    public val appReturnUrl: String = "app_return_url",
)

/** What the backend says about a payment. */
public enum class Word {
    /** Not decided. */
    PENDING,

    /** Paid. */
    APPROVED,

    /** Not paid, and no money will move. */
    DECLINED,

    /** Called off. */
    CANCELED,

    /** Its time ran out. */
    EXPIRED,

    /** Something broke, and no money can move. */
    FAILED,
}

/**
 * When to ask the backend, and when to stop waiting. All times are milliseconds.
 *
 * @property maxWait a waiting call ends after this long at the latest.
 * @property customerLeft where nobody collects [StepUpClient.states] of the attempt, a waiting call ends this long after the surface was
 * closed.
 * @property startBudget how long a start without an answer is repeated, with the same key.
 * @property startTimeout the time limit of one start request.
 * @property askTimeout the time limit of a question, without the wait it carries.
 * @property longPoll how long the backend may hold a question (`wait`); 0: never ask it to.
 * @property baseInterval the spacing of questions while the app is in front.
 * @property slowInterval the spacing once the journey has lasted [slowAfter].
 * @property slowAfter when a journey counts as long.
 */
@Suppress("LongParameterList")
public class ConfirmationPolicy @JvmOverloads constructor(
    public val maxWait: Long = 30 * MINUTE,
    public val customerLeft: Long = MINUTE,
    public val startBudget: Long = 30 * SECOND,
    public val startTimeout: Long = 25 * SECOND,
    public val askTimeout: Long = 30 * SECOND,
    public val longPoll: Long = 25 * SECOND,
    public val baseInterval: Long = 5 * SECOND,
    public val slowInterval: Long = 15 * SECOND,
    public val slowAfter: Long = 10 * MINUTE,
) {
    private companion object {
        const val SECOND = 1_000L
        const val MINUTE = 60 * SECOND
    }
}
