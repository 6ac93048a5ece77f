package dev.klarnastepup.bench

import dev.klarnastepup.Environment
import dev.klarnastepup.JourneyPresenter
import dev.klarnastepup.Platform
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.Shell
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.StepUpConfig
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.DeviceFacts
import dev.klarnastepup.ffi.HostHttpReply
import dev.klarnastepup.ffi.HostHttpRequest
import dev.klarnastepup.ffi.HostParts
import dev.klarnastepup.ffi.HttpCompletion
import dev.klarnastepup.ffi.HttpTransport
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.StepUpClient as Core
import dev.klarnastepup.ffi.Surface
import dev.klarnastepup.toCore
import java.io.File
import java.nio.file.Files
import kotlinx.coroutines.runBlocking

/** A phone whose backend approves every payment at once, in this process: what then takes time is the bridge, the core and the disk. */
internal class Phone : Platform, JourneyPresenter, DeviceFacts, AutoCloseable {
    private val folder = Files.createTempDirectory("step-up-bench").toFile()

    override val debuggable = true
    override val transport: HttpTransport = Yes
    override val presenter: JourneyPresenter = this

    /** The façade, on a journal of its own. */
    fun facade(): StepUpClient = StepUpClient(config("facade"), this)

    /** The generated code alone, configured alike. */
    fun raw(): Core =
        config("raw").let {
            Core(it.toCore(File(folder, "raw").apply { mkdirs() }, null), HostParts(transport, this, null, null, null))
        }

    override fun journalDirectory(): File = folder

    override fun device(): Device = Device(listOf(Surface.CUSTOM_TAB), true, null, true)

    override fun observe(shell: Shell) = Unit

    override fun present(presentation: Presentation) = error("nothing is to be shown")

    override fun dismiss(attempt: String, number: UInt) = Unit

    override fun close() {
        folder.deleteRecursively()
    }

    /** Ends the façade and waits until its journal is free. */
    fun end(client: StepUpClient): Unit = runBlocking { client.shutDown().join() }

    private fun config(journal: String): StepUpConfig =
        StepUpConfig.Builder("https://backend.invalid", ReturnLinks("shop://klarna", "shopdone://klarna/done"))
            .environment(Environment.Test)
            .journalDirectory(File(folder, journal))
            .build()

    private object Yes : HttpTransport {
        private val body = """{"status":"approved"}""".encodeToByteArray()

        override fun start(request: HostHttpRequest, completion: HttpCompletion): Unit =
            completion.use { it.replied(HostHttpReply(200u, emptyList(), body)) }

        override fun cancel(id: ULong) = Unit
    }
}
