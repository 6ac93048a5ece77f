package dev.klarnastepup.bench

import java.util.concurrent.TimeUnit
import kotlinx.coroutines.runBlocking
import org.openjdk.jmh.annotations.Benchmark
import org.openjdk.jmh.annotations.BenchmarkMode
import org.openjdk.jmh.annotations.Fork
import org.openjdk.jmh.annotations.Measurement
import org.openjdk.jmh.annotations.Mode
import org.openjdk.jmh.annotations.OutputTimeUnit
import org.openjdk.jmh.annotations.Scope
import org.openjdk.jmh.annotations.State
import org.openjdk.jmh.annotations.TearDown
import org.openjdk.jmh.annotations.Warmup

/** The first that a process does, each time in a new one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(6)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
open class FirstUseBench {
    private val phone = Phone()
    private var end: () -> Unit = {}

    @TearDown
    fun end() {
        end.invoke()
        phone.close()
    }

    /** The client is made, and nothing else. */
    @Benchmark
    fun construct(): Any = phone.facade().also { end = { phone.end(it) } }

    /** What the main thread waits for: the client is made, a link of ours is taken, and the library is loaded behind its back. */
    @Benchmark
    fun mainThread(): Any {
        val client = phone.facade()
        end = {
            // It is not closing in the midst of loading that is measured here.
            runBlocking { client.unfinished() }
            phone.end(client)
        }
        return client.handle(LINK)
    }

    /** The client is made, the library is loaded, and has judged the link. */
    @Benchmark
    fun facade(): Any {
        val client = phone.facade()
        end = { phone.end(client) }
        runBlocking { client.unfinished() }
        return client.handle(LINK)
    }

    /** The same by the generated code alone. */
    @Benchmark
    fun raw(): Any {
        val core = phone.raw()
        end = {
            core.shutdown()
            core.close()
        }
        core.unfinished()
        return core.handleLink(LINK)
    }

    private companion object {
        const val LINK = "shopdone://klarna/done?stepup=AAAAAAAAAAAAAAAAAAAAAA"
    }
}
