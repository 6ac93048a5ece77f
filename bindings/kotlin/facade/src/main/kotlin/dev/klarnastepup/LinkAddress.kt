package dev.klarnastepup

/**
 * The place of a link: scheme, host and path, compared as the library does (`src/links/read.rs`), which a test holds it to. With it a
 * link can be told from others before the library is loaded.
 */
internal class LinkAddress private constructor(
    val scheme: String,
    private val userInfo: String?,
    private val host: String,
    private val port: String?,
    private val path: String,
    private val query: String?,
    private val fragment: String?,
) {
    private val isHttps = scheme.equals("https", ignoreCase = true)

    /** Browsers write https links without a path with `/`. */
    private fun pathOrRoot(asHttps: Boolean): String = if (path.isEmpty() && asHttps) "/" else path

    /** [configured] may stand with [fallback] in place of https. */
    private fun isAt(configured: LinkAddress, fallback: String): Boolean {
        val asGiven = scheme.equals(configured.scheme, ignoreCase = true)
        val asFallback = configured.isHttps && fallback.isNotEmpty() && scheme.equals(fallback, ignoreCase = true)
        return (asGiven || asFallback) &&
            host.equals(configured.host, ignoreCase = true) &&
            pathOrRoot(isHttps || asFallback) == configured.pathOrRoot(configured.isHttps)
    }

    companion object {
        private val SCHEME = Regex("[A-Za-z][A-Za-z0-9+.-]*")

        /** Null when there is no `://` after what could be a scheme. */
        fun parse(text: String): LinkAddress? {
            val scheme = text.substringBefore("://", "")
            if (!SCHEME.matches(scheme)) return null
            val withoutFragment = text.substring(scheme.length + "://".length).substringBefore('#')
            val fragment = text.substringAfter('#', "").takeIf { '#' in text }
            val place = withoutFragment.substringBefore('?')
            val query = withoutFragment.substringAfter('?', "").takeIf { '?' in withoutFragment }
            val authority = place.substringBefore('/')
            val path = place.substring(authority.length)
            val userInfo = authority.substringBeforeLast('@', "").takeIf { '@' in authority }
            val hostAndPort = authority.substringAfterLast('@')
            // The colons of an IPv6 address are inside its brackets.
            val colon = hostAndPort.indexOf(':', hostAndPort.lastIndexOf(']') + 1)
            val host = if (colon < 0) hostAndPort else hostAndPort.substring(0, colon)
            val port = if (colon < 0) null else hostAndPort.substring(colon + 1)
            return LinkAddress(scheme, userInfo, host, port, path, query, fragment)
        }

        /** Whether [uri] is at the place of one of [links]. */
        fun isOurs(uri: String, links: ReturnLinks): Boolean {
            val address = parse(uri) ?: return false
            return listOf(links.handover, links.completion).any { link ->
                parse(link)?.let { address.isAt(it, links.fallbackScheme) } ?: false
            }
        }

        /** Refuses what cannot lead back to the app, with the fix. The library looks closer when it starts. */
        fun check(field: String, link: String) {
            val address =
                parse(link)
                    ?: throw StepUpException.Configuration(
                        field,
                        "it has no scheme followed by \"://\"",
                        "write it like shop://klarna or https://shop.example/klarna",
                    )
            val (problem, fix) =
                when {
                    address.scheme.equals("http", ignoreCase = true) ->
                        "http can be read and claimed by anyone" to "use https or a custom scheme"
                    address.userInfo != null ->
                        "it has a user name or password before \"@\"" to "remove everything up to the \"@\""
                    address.fragment != null ->
                        "it has a fragment (\"#\")" to "remove the fragment, it gets lost on the way"
                    else -> return
                }
            throw StepUpException.Configuration(field, problem, fix)
        }
    }
}
