package dev.klarnastepup

import java.io.File

/**
 * How a client is set up. Immutable.
 *
 * ```kotlin
 * StepUpConfig(
 *     backend = "https://api.shop.example/klarna",
 *     links = ReturnLinks(handover = "shop://klarna", completion = "shop-done://klarna"),
 * )
 * ```
 *
 * Java, and whoever sets fields one by one, uses [Builder].
 *
 * @property backend the base URL of the backend; `/payments` follows.
 * @property links the links on which the customer comes back.
 * @property environment which Klarna hosts a journey may be on.
 * @property owner the signed-in account at the start, as for [StepUpClient.setOwner]; nobody if null.
 * @property headers headers for every request to the backend. Their values are never shown.
 * @property credentials headers that expire.
 * @property backendId tells backends apart in the journal; the origin of [backend] if empty.
 * @property redirectHosts hosts that a `redirect_url` of the backend may be on.
 * @property linkNonce whether links carry the attempt's nonce.
 * @property fieldNames how the start request names the two links.
 * @property words the backend's words where they differ from the contract's.
 * @property policy when to ask and how long to wait.
 * @property statusSource asks the backend in the app's own way, in place of the built-in requests for status and cancellation.
 * @property customSurface shows journeys in the app's own way, before any other surface is tried.
 * @property journalDirectory where the journal lives; a directory of the app's own that is not backed up if null.
 * @throws StepUpException.Configuration a field cannot work; it names the field and the fix.
 */
@Suppress("LongParameterList")
public class StepUpConfig
@Throws(StepUpException.Configuration::class)
constructor(
    public val backend: String,
    public val links: ReturnLinks,
    public val environment: Environment = Environment.Live,
    public val owner: String? = null,
    headers: Map<String, String> = emptyMap(),
    public val credentials: Credentials? = null,
    public val backendId: String = "",
    redirectHosts: Collection<String> = emptyList(),
    public val linkNonce: LinkNonce = LinkNonce.QUERY,
    public val fieldNames: FieldNames = FieldNames(),
    words: Map<String, Word> = emptyMap(),
    public val policy: ConfirmationPolicy = ConfirmationPolicy(),
    public val statusSource: StatusSource? = null,
    public val customSurface: CustomSurface? = null,
    public val journalDirectory: File? = null,
) {
    public val headers: Map<String, String> = headers.toMap()
    public val redirectHosts: List<String> = redirectHosts.toList()
    public val words: Map<String, Word> = words.toMap()

    init {
        checkBackend()
        LinkAddress.check("links.handover", links.handover)
        LinkAddress.check("links.completion", links.completion)
    }

    private fun checkBackend() {
        val secure = backend.startsWith("https://", ignoreCase = true)
        val plain = backend.startsWith("http://", ignoreCase = true)
        val (problem, fix) =
            when {
                !secure && !plain ->
                    "it is not an absolute URL" to "write it like https://api.shop.example/klarna"
                plain && environment !is Environment.Sandbox ->
                    "it is not https" to "use https; http is for Environment.Sandbox alone"
                else -> return
            }
        throw StepUpException.Configuration("backend", problem, fix)
    }

    /** @suppress */
    override fun toString(): String = "StepUpConfig(environment=$environment)"

    /**
     * Makes a [StepUpConfig] step by step.
     *
     * @param backend the base URL of the backend; `/payments` follows.
     * @param links the links on which the customer comes back.
     */
    @Suppress("TooManyFunctions")
    public class Builder(private val backend: String, private val links: ReturnLinks) {
        private var environment: Environment = Environment.Live
        private var owner: String? = null
        private var headers: Map<String, String> = emptyMap()
        private var credentials: Credentials? = null
        private var backendId: String = ""
        private var redirectHosts: Collection<String> = emptyList()
        private var linkNonce: LinkNonce = LinkNonce.QUERY
        private var fieldNames: FieldNames = FieldNames()
        private var words: Map<String, Word> = emptyMap()
        private var policy: ConfirmationPolicy = ConfirmationPolicy()
        private var statusSource: StatusSource? = null
        private var customSurface: CustomSurface? = null
        private var journalDirectory: File? = null

        /** Sets [StepUpConfig.environment]. */
        public fun environment(environment: Environment): Builder = apply { this.environment = environment }

        /** Sets [StepUpConfig.owner]. */
        public fun owner(owner: String?): Builder = apply { this.owner = owner }

        /** Sets [StepUpConfig.headers]. */
        public fun headers(headers: Map<String, String>): Builder = apply { this.headers = headers }

        /** Sets [StepUpConfig.credentials]. */
        public fun credentials(credentials: Credentials?): Builder = apply { this.credentials = credentials }

        /** Sets [StepUpConfig.backendId]. */
        public fun backendId(backendId: String): Builder = apply { this.backendId = backendId }

        /** Sets [StepUpConfig.redirectHosts]. */
        public fun redirectHosts(hosts: Collection<String>): Builder = apply { this.redirectHosts = hosts }

        /** Sets [StepUpConfig.linkNonce]. */
        public fun linkNonce(linkNonce: LinkNonce): Builder = apply { this.linkNonce = linkNonce }

        /** Sets [StepUpConfig.fieldNames]. */
        public fun fieldNames(fieldNames: FieldNames): Builder = apply { this.fieldNames = fieldNames }

        /** Sets [StepUpConfig.words]. */
        public fun words(words: Map<String, Word>): Builder = apply { this.words = words }

        /** Sets [StepUpConfig.policy]. */
        public fun policy(policy: ConfirmationPolicy): Builder = apply { this.policy = policy }

        /** Sets [StepUpConfig.statusSource]. */
        public fun statusSource(source: StatusSource?): Builder = apply { this.statusSource = source }

        /** Sets [StepUpConfig.customSurface]. */
        public fun customSurface(surface: CustomSurface?): Builder = apply { this.customSurface = surface }

        /** Sets [StepUpConfig.journalDirectory]. */
        public fun journalDirectory(directory: File?): Builder = apply { this.journalDirectory = directory }

        /**
         * The configuration.
         *
         * @throws StepUpException.Configuration a field cannot work; it names the field and the fix.
         */
        @Throws(StepUpException.Configuration::class)
        public fun build(): StepUpConfig =
            StepUpConfig(
                backend = backend,
                links = links,
                environment = environment,
                owner = owner,
                headers = headers,
                credentials = credentials,
                backendId = backendId,
                redirectHosts = redirectHosts,
                linkNonce = linkNonce,
                fieldNames = fieldNames,
                words = words,
                policy = policy,
                statusSource = statusSource,
                customSurface = customSurface,
                journalDirectory = journalDirectory,
            )
    }
}
