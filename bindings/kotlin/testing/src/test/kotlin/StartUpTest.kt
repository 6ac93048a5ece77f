package dev.klarnastepup

import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.Presentation
import java.io.File
import java.nio.file.Path
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executors
import kotlin.coroutines.CoroutineContext
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir

/** When the library is loaded, on which thread, and what becomes of a client that cannot work. */
@Timeout(60)
class StartUpTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `neither the constructor, nor a link that is not ours, nor life-cycle calls begin anything`() {
        val still = Still()
        val platform = Plain(folder.toFile(), still)
        val client = StepUpClient(config(), platform)
        assertEquals(LinkDisposition.NotOurs, client.handle("shop://basket"))
        client.setOwner("account")
        client.networkChanged()
        client.credentialsChanged()
        platform.shell.background()
        platform.shell.hostAttached()
        assertEquals(0, still.work.size)
        assertEquals(LinkDisposition.Accepted, client.handle("shop://klarna?stepup=AAAAAAAAAAAAAAAAAAAAAA"))
        assertEquals(1, still.work.size, "a link of ours does, in the background")
    }

    @Test
    fun `the front alone loads the library only if the journal has attempts`() {
        val queue = Still()
        val platform = Plain(folder.toFile(), queue)
        StepUpClient(config(), platform)
        platform.shell.foreground()
        queue.runAll()
        assertEquals(0, platform.started)
        folder.resolve("0-0.json").toFile().writeText("{}")
        platform.shell.foreground()
        queue.runUntil { platform.started > 0 }
        assertEquals(1, platform.started)
    }

    @Test
    fun `a client that is closed before its library began to load ends`() {
        val queue = Still()
        val client = StepUpClient(config(), Plain(folder.toFile(), queue))
        client.warmUp()
        val loading = checkNotNull(queue.work.poll())
        val closed = client.shutDown()
        queue.runAll()
        loading.run()
        queue.runAll()
        assertTrue(closed.isCompleted)
    }

    @Test
    fun `nothing of the host's is called on the caller's thread`() = runBlocking {
        val main = Executors.newSingleThreadExecutor { Thread(it, "main-like") }.asCoroutineDispatcher()
        val worker = Executors.newSingleThreadExecutor { Thread(it, "worker") }.asCoroutineDispatcher()
        val platform = Plain(folder.toFile(), worker)
        val client = StepUpClient(config(), platform)
        withContext(main) {
            client.warmUp()
            client.pay(Order("42", "{}"))
            client.prepare(Order("43", "{}"))
            client.unfinished()
            client.doctor()
        }
        assertTrue(platform.threads.isNotEmpty() && platform.threads.none { it == "main-like" }, platform.threads.toString())
        client.shutDown().join()
        main.close()
        worker.close()
    }

    @Test
    fun `a library of another version is refused by type`() = runBlocking {
        StepUpClient(config(), Plain(folder.toFile()), "0.0.7").use { client ->
            val error = assertIs<StepUpException.VersionMismatch>(refusal(client.pay(Order("42", "{}"))))
            assertEquals("0.0.7" to VERSION, error.expected to error.found)
            assertFailsWith<StepUpException.VersionMismatch> { client.unfinished() }
            assertTrue(client.doctor().any { it.code == "client-unusable" })
        }
    }

    @Test
    fun `a configuration that cannot work names its field, at the latest when it is first used`() = runBlocking {
        val early = assertFailsWith<StepUpException.Configuration> { StepUpConfig("https://shop.example", ReturnLinks("shop:klarna")) }
        assertEquals("links.handover", early.field)
        val plain = assertFailsWith<StepUpException.Configuration> { StepUpConfig("http://shop.example", ReturnLinks("shop://klarna")) }
        assertEquals("backend", plain.field)
        val config = StepUpConfig("https://api.klarna.com", ReturnLinks("shop://klarna"))
        StepUpClient(config, Plain(folder.toFile())).use { client ->
            val late = assertIs<StepUpException.Configuration>(refusal(client.pay(Order("42", "{}"))))
            assertEquals("backend", late.field)
        }
    }

    @Test
    fun `the sandbox is refused in a build that is not debuggable, unless the app insists`() {
        val release = Plain(folder.toFile(), debuggable = false)
        val sandbox = { insist: Boolean ->
            StepUpConfig("http://127.0.0.1:1", ReturnLinks("shop://klarna"), Environment.Sandbox(insist = insist))
        }
        val refused = assertFailsWith<StepUpException.Configuration> { StepUpClient(sandbox(false), release) }
        assertEquals("environment", refused.field)
        StepUpClient(sandbox(true), release).close()
    }

    @Test
    fun `a second client of the journal is refused by type, and works once the first is closed`() = runBlocking {
        val first = StepUpClient(config(), Plain(folder.toFile()))
        first.unfinished()
        val other = StepUpConfig("https://other.example", ReturnLinks("shop://klarna"))
        val second = StepUpClient(other, Plain(folder.toFile()))
        assertIs<StepUpException.JournalInUse>(refusal(second.pay(Order("42", "{}"))))
        first.close()
        assertEquals(emptyList(), second.unfinished())
        second.shutDown().join()
    }

    @Test
    fun `a directory that cannot be made starts no payment`() = runBlocking {
        val file = folder.resolve("file").toFile().apply { writeText("") }
        StepUpClient(config(), Plain(File(file, "journal"))).use { client ->
            val told = assertIs<Outcome.NotStarted>(client.pay(Order("42", "{}")))
            assertEquals(NotStartedReason.JournalUnavailable, told.reason)
        }
    }

    private fun refusal(outcome: Outcome): StepUpException =
        assertIs<NotStartedReason.Unusable>(assertIs<Outcome.NotStarted>(outcome).reason).error

    private fun config() = StepUpConfig("https://backend.invalid", ReturnLinks("shop://klarna"))

    /** Keeps what it is to run. */
    private class Still : CoroutineDispatcher() {
        val work = ConcurrentLinkedQueue<Runnable>()

        override fun dispatch(context: CoroutineContext, block: Runnable) {
            work += block
        }

        fun runAll() = generateSequence { work.poll() }.forEach { it.run() }

        /** A start waits for the clients of other tests that are on their way out, on threads of their own. */
        fun runUntil(done: () -> Boolean) {
            while (!done()) {
                runAll()
                Thread.yield()
            }
        }
    }

    /** A platform that notes on which threads it is asked. */
    private class Plain(
        private val journal: File,
        override val dispatcher: CoroutineDispatcher = kotlinx.coroutines.Dispatchers.IO,
        override val debuggable: Boolean = true,
    ) : Platform, JourneyPresenter {
        val threads = ConcurrentLinkedQueue<String>()
        lateinit var shell: Shell
        var started = 0
        override val presenter: JourneyPresenter = this
        override val transport get() = null.also { started += 1 }

        override fun journalDirectory() = journal.also { note() }

        override fun device() = Device(emptyList(), false, null, true).also { note() }

        override fun findings(links: ReturnLinks) = emptyList<Finding>().also { note() }

        override fun observe(shell: Shell) {
            this.shell = shell
        }

        override fun present(presentation: Presentation) = note()

        override fun dismiss(attempt: String, number: UInt) = note()

        private fun note() {
            threads += Thread.currentThread().name
        }
    }
}
