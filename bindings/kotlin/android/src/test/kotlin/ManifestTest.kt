package dev.klarnastepup.android

import android.content.IntentFilter
import android.net.Uri
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.w3c.dom.Element

/** The filters of the manifest as apps fill them in, those that the other tests do not run with. */
@RunWith(RobolectricTestRunner::class)
class ManifestTest {
    private val source = File(System.getProperty("stepup.sources"), "../AndroidManifest.xml").readText()

    private fun filters(scheme: String, host: String, path: String): List<IntentFilter> {
        val filled =
            mapOf("stepUpScheme" to scheme, "stepUpHost" to host, "stepUpPath" to path, "applicationId" to "com.shop")
                .entries
                .fold(source) { text, (name, value) -> text.replace("\${$name}", value) }
        val manifest = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(filled.byteInputStream())
        return manifest.all("intent-filter").map(::filter)
    }

    private fun filter(written: Element): IntentFilter =
        IntentFilter().apply {
            written.all("action").forEach { addAction(it.android("name")) }
            written.all("category").forEach { addCategory(it.android("name")) }
            for (data in written.all("data")) {
                data.android("scheme").ifEmpty { null }?.let(::addDataScheme)
                data.android("host").ifEmpty { null }?.let { addDataAuthority(it, null) }
                if (data.hasAttribute(
                        "android:pathPrefix",
                    )
                ) {
                    addDataPath(data.android("pathPrefix"), android.os.PatternMatcher.PATTERN_PREFIX)
                }
            }
            // Hidden from apps, like needsVerification: both are the package manager's.
            autoVerify = written.android("autoVerify") == "true"
        }

    private fun List<IntentFilter>.take(uri: String): Boolean =
        any { it.matchData(null, Uri.parse(uri).scheme, Uri.parse(uri)) >= 0 }

    private fun Element.android(name: String): String = getAttribute("android:$name")

    private fun Element.all(name: String): List<Element> = getElementsByTagName(name).let { all ->
        (0 until all.length).map { all.item(it) as Element }
    }

    private fun org.w3c.dom.Document.all(name: String): List<Element> = documentElement.all(name)

    @Test
    fun `an https link is verified, and only it`() {
        val filters = filters("https", "shop.example", "/klarna/")
        assertEquals(listOf(true, false), filters.map { it.needsVerification() })
        assertTrue(filters.take("https://shop.example/klarna/done?stepup=x"))
        assertTrue(filters.take("com.shop.stepup://shop.example/klarna/done"), "where https links do not come back")
        assertFalse(filters.take("https://shop.example/basket"))
        assertFalse(filters.take("https://evil.example/klarna/done"))
        assertFalse(filters.take("http://shop.example/klarna/done"))
    }

    /** Before Android 12 one host that cannot be verified takes all other hosts of the app with it: "klarna" is none. */
    @Test
    fun `a custom scheme asks for no verification`() {
        val filters = filters("shop", "klarna", "")
        assertEquals(listOf(false, false), filters.map { it.needsVerification() })
        assertTrue(filters.take("shop://klarna"))
        assertTrue(filters.take("shop-done://klarna/done"))
        assertFalse(filters.take("shop-done-done://klarna/done"))
    }

    @Test
    fun `every filter is for links from outside, and for nothing else`() {
        for (filter in filters("shop", "klarna", "/")) {
            assertEquals(listOf("android.intent.action.VIEW"), filter.actionsIterator().asSequence().toList())
            val categories = setOf("android.intent.category.DEFAULT", "android.intent.category.BROWSABLE")
            assertEquals(categories, filter.categoriesIterator().asSequence().toSet())
            assertEquals(0, filter.countDataTypes())
        }
    }
}
