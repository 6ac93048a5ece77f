package dev.klarnastepup.bench

import dev.klarnastepup.Order
import dev.klarnastepup.Prepared
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.ffi.Order as CoreOrder
import dev.klarnastepup.ffi.Prepared as CorePrepared
import dev.klarnastepup.ffi.StepUpClient as Core
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.LockSupport
import kotlinx.coroutines.runBlocking
import org.openjdk.jmh.annotations.Benchmark
import org.openjdk.jmh.annotations.BenchmarkMode
import org.openjdk.jmh.annotations.Fork
import org.openjdk.jmh.annotations.Level
import org.openjdk.jmh.annotations.Measurement
import org.openjdk.jmh.annotations.Mode
import org.openjdk.jmh.annotations.OutputTimeUnit
import org.openjdk.jmh.annotations.Scope
import org.openjdk.jmh.annotations.Setup
import org.openjdk.jmh.annotations.State
import org.openjdk.jmh.annotations.TearDown
import org.openjdk.jmh.annotations.Warmup

/**
 * A link that is ours and was seen before: the whole way, without a question to the backend. Links come one at a time, with the library
 * at rest between them: it journals behind the caller's back, and a flood of links would measure the backlog of that.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
open class HandleBench {
    private lateinit var phone: Phone
    private lateinit var client: StepUpClient
    private lateinit var core: Core
    private lateinit var link: String
    private lateinit var rawLink: String

    @Setup
    fun begin() = runBlocking {
        phone = Phone()
        client = phone.facade()
        core = phone.raw()
        link = (client.prepare(Order("link", "{}")) as Prepared.Ready).attempt.completionLink
        rawLink = (core.prepare(CoreOrder("link", "{}")) as CorePrepared.Ready).attempt.completionLink
    }

    @TearDown(Level.Invocation)
    fun rest(): Unit = LockSupport.parkNanos(REST)

    @TearDown
    fun end() {
        phone.end(client)
        core.shutdown()
        core.close()
        phone.close()
    }

    @Benchmark
    fun facade(): Any = client.handle(link)

    @Benchmark
    fun raw(): Any = core.handleLink(rawLink)

    private companion object {
        val REST = TimeUnit.MILLISECONDS.toNanos(2)
    }
}
