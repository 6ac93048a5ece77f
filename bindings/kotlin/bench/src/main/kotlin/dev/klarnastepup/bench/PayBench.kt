package dev.klarnastepup.bench

import dev.klarnastepup.Order
import dev.klarnastepup.Outcome
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.ffi.DeliveredOutcome
import dev.klarnastepup.ffi.IfBusy
import dev.klarnastepup.ffi.Order as CoreOrder
import dev.klarnastepup.ffi.Outcome as CoreOutcome
import dev.klarnastepup.ffi.PayOptions
import dev.klarnastepup.ffi.StepUpClient as Core
import java.util.concurrent.TimeUnit
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

/** A whole `pay` that the backend approves at once, the journal's writes included; the acknowledgement is not. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
open class PayBench {
    private lateinit var phone: Phone
    private lateinit var client: StepUpClient
    private lateinit var core: Core
    private var number = 0
    private var outcome: Outcome? = null
    private var rawOutcome: DeliveredOutcome? = null

    @Setup
    fun begin() {
        phone = Phone()
        client = phone.facade()
        core = phone.raw()
    }

    @TearDown(Level.Invocation)
    fun acknowledge() {
        number += 1
        outcome?.let {
            check(it is Outcome.Approved) { "$it" }
            client.acknowledge(it)
        }
        rawOutcome?.let {
            check(it.outcome is CoreOutcome.Approved) { "$it" }
            core.acknowledge(it.id)
        }
        outcome = null
        rawOutcome = null
    }

    @TearDown
    fun end() {
        phone.end(client)
        core.shutdown()
        core.close()
        phone.close()
    }

    @Benchmark
    fun facade() {
        outcome = runBlocking { client.pay(Order("$number", "{}")) }
    }

    @Benchmark
    fun raw() {
        rawOutcome = runBlocking { core.pay(CoreOrder("$number", "{}"), PayOptions(IfBusy.JOIN, 0u)) }
    }
}
