package dev.klarnastepup

import java.nio.file.Files
import java.nio.file.Path
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** A file of `tests/vectors`. */
internal class Vectors(private val name: String) {
    val root: JsonObject = Json.parseToJsonElement(Files.readString(Path.of(System.getProperty("stepup.vectors"), name))).jsonObject

    /** Runs each case of a list, and asserts that what ran is what is in the file. */
    suspend fun run(list: String, check: suspend (JsonObject) -> Unit) {
        val cases = root.getValue(list).jsonArray.map { it.jsonObject }
        val executed = mutableSetOf<String>()
        for (case in cases) {
            try {
                check(case)
            } catch (failure: Throwable) {
                throw AssertionError("$name $list ${case.text("name")}: ${failure.message}", failure)
            }
            executed += case.text("name")
        }
        assertEquals(cases.map { it.text("name") }.toSet(), executed)
        assertEquals(cases.size, executed.size, "names are unique")
        assertTrue(executed.isNotEmpty())
        println("$name $list: ${executed.size} cases")
    }
}

internal fun JsonObject.text(name: String): String = getValue(name).jsonPrimitive.content

internal fun JsonObject.number(name: String): Int = get(name)?.jsonPrimitive?.int ?: 0
