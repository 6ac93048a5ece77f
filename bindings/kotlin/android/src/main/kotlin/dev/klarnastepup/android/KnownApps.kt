package dev.klarnastepup.android

/** Apps of others by package name: what was seen of them, and by whom. */
internal object KnownApps {
    /**
     * Klarna's own app (`play.google.com/store/apps/details?id=com.myklarnamobile`). No other may show a journey as "the Klarna app",
     * whatever addresses it claims. The digest of its certificate is not published, so it is not pinned. Also named under `queries` in the
     * manifest.
     */
    val KLARNA = listOf("com.myklarnamobile")

    /**
     * Browsers that hand https links over to the app they are verified for, from a tab too. Braintree's list, which was tested on devices
     * (`braintree/braintree_android`, `GetAppLinksCompatibleBrowserUseCase.kt`); there, Xiaomi's, UC, Opera, Opera GX and DuckDuckGo did
     * not (its issues 1437 and 1444). A browser that is not listed is taken for one that does not: the fallback scheme works in all of
     * them.
     */
    val HONOUR_APP_LINKS =
        setOf(
            "com.android.chrome",
            "com.sec.android.app.sbrowser",
            "org.mozilla.firefox",
            "com.microsoft.emmx",
            "com.brave.browser",
        )
}
