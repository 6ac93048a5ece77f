package dev.klarnastepup.phone

import kotlin.system.exitProcess
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject

/**
 * A phone with a shop's app in a process of its own: the façade and the real library, driven by lines on stdin. What the lines mean is
 * in `sandbox/scenarios/src/protocol.rs`; this is the same as `sandbox/scenarios/src/phone`, through the façade.
 */
public fun main() {
    val output = Output(System.out)
    var phone: Phone? = null
    for (line in generateSequence(::readLine)) {
        val command =
            try {
                Json.parseToJsonElement(line).jsonObject
            } catch (error: IllegalArgumentException) {
                output.refused(error)
                continue
            }
        val known = phone
        when {
            command.text("do") == "shutdown" -> break
            command.text("do") == "configure" && known == null -> phone = configured(command, output)
            known == null -> output.refused(IllegalStateException("configure comes first"))
            else -> known.obey(command)
        }
    }
    phone?.shutDown()
    // Threads of the library's that a hold point keeps must not keep the process.
    Runtime.getRuntime().halt(0)
}

private fun configured(command: JsonObject, output: Output): Phone =
    try {
        Phone(command, output).also { it.begin() }
    } catch (error: Exception) {
        output.refused(error)
        exitProcess(1)
    }
