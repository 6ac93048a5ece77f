package dev.klarnastepup.android

import android.app.Application
import dev.klarnastepup.Finding
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.ffi.Surface
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

/** What the phone can do, and whether the app's manifest fits its configuration. */
@RunWith(RobolectricTestRunner::class)
class DeviceTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val others by lazy { OtherApps(app) }
    private val links = ReturnLinks("shop://klarna/back", "shop-done://klarna/done")

    private fun facts(links: ReturnLinks = this.links) = AndroidDevice(app, links, debuggable = true).facts()

    private fun findings(links: ReturnLinks) = RegisteredLinks(app).findings(links)

    @Test
    fun `no browser at all`() {
        assertEquals(emptyList(), facts().surfaces)
        assertFalse(facts().httpsLinks)
    }

    @Test
    fun `what browsers can do decides the surfaces`() {
        others.browser("plain.browser", tabs = false)
        assertEquals(listOf(Surface.BROWSER), facts().surfaces)
        others.browser("tab.browser")
        assertEquals(listOf(Surface.CUSTOM_TAB, Surface.BROWSER), facts().surfaces)
        others.browser("com.android.chrome", authTab = true)
        assertEquals(
            listOf(Surface.AUTH_TAB, Surface.CUSTOM_TAB, Surface.BROWSER),
            facts().surfaces,
            "a known browser before an unknown one",
        )
    }

    @Test
    fun `the customer's own browser comes first, although another one can do more`() {
        others.browser("com.android.chrome", authTab = true)
        others.browser("org.mozilla.firefox", default = true)
        assertEquals("org.mozilla.firefox", Browsers(app.packageManager).default())
        assertEquals("org.mozilla.firefox", Browsers(app.packageManager).customTabs())
        assertEquals(listOf(Surface.CUSTOM_TAB, Surface.BROWSER), facts().surfaces)
    }

    @Test
    fun `an app that claims some https address is no browser`() {
        others.app("some.shop", "https", "shop.example")
        assertEquals(emptyList(), facts().surfaces)
    }

    @Test
    fun `the system's chooser, and its door to the work profile, are no browsers`() {
        others.browser("android")
        assertEquals(emptyList(), facts().surfaces)
        others.browser("com.android.chrome")
        others.browser("org.mozilla.firefox")
        assertEquals(listOf("com.android.chrome", "org.mozilla.firefox"), Browsers(app.packageManager).all().sorted())
    }

    @Test
    fun `Klarna's app, for its live and its test addresses`() {
        others.browser("com.android.chrome")
        others.app("evil.klarna", "https", "pay.klarna.com")
        assertEquals(listOf(Surface.CUSTOM_TAB, Surface.BROWSER), facts().surfaces)
        others.app("com.myklarnamobile", "https", "pay.test.klarna.com")
        assertEquals(listOf(Surface.KLARNA_APP, Surface.CUSTOM_TAB, Surface.BROWSER), facts().surfaces)
    }

    @Test
    fun `Klarna's name does not make a browser Klarna's app`() {
        others.browser("com.myklarnamobile")
        assertFalse(Surface.KLARNA_APP in facts().surfaces)
    }

    @Test
    fun `https links come back by known browsers, if Android gave us the host`() {
        val https = ReturnLinks("https://shop.example/back", "https://shop.example/done", "shop")
        others.browser("com.opera.browser", default = true)
        others.verified("shop.example")
        assertFalse(facts(https).httpsLinks, "Opera does not hand them over")
        val known =
            listOf("com.android.chrome", "com.sec.android.app.sbrowser", "org.mozilla.firefox", "com.microsoft.emmx", "com.brave.browser")
        assertEquals(known.toSet(), KnownApps.HONOUR_APP_LINKS)
    }

    @Test
    fun `https links come back where everything fits`() {
        val https = ReturnLinks("https://shop.example/back", "https://shop.example/done", "shop")
        others.browser("com.android.chrome", default = true)
        assertFalse(facts(https).httpsLinks, "the host is not the app's")
        others.verified("shop.example")
        assertTrue(facts(https).httpsLinks)
    }

    @Test
    fun `a manifest that fits`() {
        assertEquals(emptyList(), findings(links))
        assertEquals(listOf("shop", "shop-done"), facts().registeredSchemes)
        assertEquals(emptyList(), findings(ReturnLinks("shop://klarna")).filter { it.code != "link-not-in-manifest" })
    }

    @Test
    fun `a placeholder that does not fit is found, with the line to paste`() {
        val cases =
            mapOf(
                ReturnLinks("store://klarna/back", "store-done://klarna/done") to
                    "[stepUpScheme: \"store\", stepUpHost: \"klarna\", stepUpPath: \"/\"]",
                ReturnLinks("shop://pay/back", "shop://pay/done") to "[stepUpScheme: \"shop\", stepUpHost: \"pay\", stepUpPath: \"/\"]",
                ReturnLinks("https://shop.example/klarna/back", "https://shop.example/klarna/done") to
                    "[stepUpScheme: \"https\", stepUpHost: \"shop.example\", stepUpPath: \"/klarna/\"]",
                ReturnLinks("shop://klarna", "shop://klarna/done") to "[stepUpScheme: \"shop\", stepUpHost: \"klarna\", stepUpPath: \"\"]",
                ReturnLinks("shop://klarna/back", "till://klarna/done") to "give the completion link the scheme \"shop-done\"",
                ReturnLinks("shop://klarna/back", "shop://other/done") to "give both links the same host",
                ReturnLinks("Shop://klarna/back") to "lower case",
                ReturnLinks("https://klarna/back", fallbackScheme = "store") to "use \"${app.packageName}.stepup\" as fallbackScheme",
            )
        for ((links, cure) in cases) {
            val found = findings(links).filter { it.code == "link-not-in-manifest" }
            assertTrue(found.isNotEmpty(), links.handover)
            assertTrue(found.all { it.level == Finding.Level.BROKEN })
            assertTrue(found.any { cure in it.fix }, "${links.handover}: ${found.map { it.fix }}")
        }
        assertEquals(listOf<String>(), facts(ReturnLinks("store://klarna/back")).registeredSchemes)
    }

    @Test
    fun `the fallback that the library registers`() {
        val https = ReturnLinks("https://klarna/back", fallbackScheme = "${app.packageName}.stepup")
        val found = findings(https).filter { it.code == "link-not-in-manifest" }
        assertEquals(listOf("no filter of StepUpReturnActivity takes https://klarna/back"), found.map { it.problem })
    }

    @Test
    fun `an activity of the app's that takes the same links`() {
        others.app(app.packageName, "shop", "klarna", "${app.packageName}.DeepLinks")
        val found = findings(links)
        assertEquals(listOf("link-taken-twice"), found.map { it.code })
        assertTrue(".DeepLinks" in found.single().fix)
        assertEquals(listOf("shop", "shop", "shop-done"), facts().registeredSchemes)
    }

    @Test
    fun `another app that claims the scheme`() {
        others.app("evil.shop", "shop", "klarna")
        val found = findings(links).single()
        assertEquals("link-claimed-by-another-app" to Finding.Level.ADVICE, found.code to found.level)
        assertTrue("evil.shop" in found.problem)
    }

    @Test
    fun `a host that Android did not verify, and links that the customer turned off`() {
        val registered = RegisteredLinks(app)
        fun code(allowed: Boolean, state: Int?) = registered.judged("shop.example", allowed, state)?.code
        // Values of DomainVerificationUserState: none, selected, verified.
        assertEquals(listOf("app-link-not-verified", null, null, "app-link-not-verified"), listOf(0, 1, 2, null).map { code(true, it) })
        assertEquals("supported-links-off", code(false, 2))
        val fix = registered.judged("shop.example", true, null)?.fix.orEmpty()
        assertTrue("adb shell pm verify-app-links --re-verify ${app.packageName}" in fix)
    }
}
