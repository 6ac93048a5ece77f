package dev.klarnastepup.android

import dev.klarnastepup.WaitingTexts
import java.io.File
import java.util.Locale
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import org.json.JSONObject
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** The words of the waiting screen are those of `bindings/strings`. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34])
class WaitingTextsTest {
    private val folder = File(System.getProperty("stepup.strings"))
    private val languages = folder.listFiles { file -> file.extension == "json" && file.name != "schema.json" }.orEmpty().sorted()
    private val keys = json("schema.json").getJSONArray("required").let { all -> (0 until all.length()).map(all::getString) } - "language"

    private fun json(name: String) = JSONObject(File(folder, name).readText())

    private fun camel(key: String) = key.split("_").joinToString("") {
        it.replaceFirstChar(Char::uppercaseChar)
    }.replaceFirstChar(Char::lowercaseChar)

    private fun source(): String {
        val lines = ArrayList<String>()
        lines += "package dev.klarnastepup.android\n\nimport dev.klarnastepup.WaitingTexts\n"
        lines +=
            "/** The texts of `bindings/strings`, written by `WaitingTextsTest` with `-Dstepup.strings.write=true`: change them there. */"
        lines += "internal object WaitingLanguages {\n    val ALL: Map<String, WaitingTexts> =\n        mapOf("
        for (file in languages) {
            val texts = json(file.name)
            lines += "            \"${file.nameWithoutExtension}\" to\n                WaitingTexts("
            keys.forEach { lines += "                    ${camel(it)} = \"${texts.getString(it)}\"," }
            lines += "                ),"
        }
        lines += "        )\n}\n"
        return lines.joinToString("\n")
    }

    @Test
    fun `what is compiled is what the folder says`() {
        val file = File(System.getProperty("stepup.sources"), "dev/klarnastepup/android/WaitingLanguages.kt")
        if (System.getProperty("stepup.strings.write") == "true") file.writeText(source())
        assertEquals(source(), file.readText(), "run the tests once with -Dstepup.strings.write=true")
    }

    @Test
    fun `ten languages, each complete, none with a promise`() {
        assertEquals(listOf("da", "de", "en", "es", "fr", "it", "nb", "nl", "pl", "sv"), languages.map { it.nameWithoutExtension })
        for (file in languages) {
            val texts = json(file.name)
            assertEquals(file.nameWithoutExtension, texts.getString("language"))
            assertEquals(keys.toSet() + setOf("language", "\$schema"), texts.keys().asSequence().toSet())
            for (key in keys) {
                val text = texts.getString(key)
                assertFalse(text.isBlank() || text.length > 90 || text.any { it in "\"\\$\n" }, "${file.name} $key")
            }
        }
    }

    @Test
    fun `the first language of the customer's that there is`() {
        fun continuing(vararg tags: String) = WaitingTexts.of(tags.map(Locale::forLanguageTag)).continueWithKlarna
        assertEquals("Weiter mit Klarna", continuing("de-AT"))
        assertEquals("Fortsett med Klarna", continuing("no"))
        assertEquals("Fortsett med Klarna", continuing("nn-NO"))
        assertEquals("Continuer avec Klarna", continuing("ar", "fr-BE", "de"))
        assertEquals("Continue with Klarna", continuing("ar"))
        assertEquals("Continue with Klarna", continuing())
    }
}
