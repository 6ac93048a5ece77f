package dev.klarnastepup.bench

import java.util.Locale
import org.openjdk.jmh.results.RunResult
import org.openjdk.jmh.runner.Runner
import org.openjdk.jmh.runner.options.OptionsBuilder
import org.openjdk.jmh.util.Statistics

/**
 * What the façade costs beside the calls of the generated code, in the same run. Nothing here is a gate: figures depend on the machine.
 *
 * `cargo xtask bench kotlin` runs it with a library as it is released.
 */
fun main() {
    val options = OptionsBuilder().include("""\.\w+Bench\.""").shouldFailOnError(true).build()
    val taken = Runner(options).run().associate { it.name to it.statistics }
    println()
    line("handle, p50", taken, "HandleBench.facade", "HandleBench.raw", 50.0)
    line("handle, p99", taken, "HandleBench.facade", "HandleBench.raw", 99.0, "budget 100 us")
    line("pay, approved at once, p50", taken, "PayBench.facade", "PayBench.raw", 50.0)
    line("pay, approved at once, p99", taken, "PayBench.facade", "PayBench.raw", 99.0)
    line("first use, library loaded, median", taken, "FirstUseBench.facade", "FirstUseBench.raw", 50.0)
    line("first use, slowest of six", taken, "FirstUseBench.facade", "FirstUseBench.raw", 100.0)
    line("first use, constructing alone, median", taken, "FirstUseBench.construct", "FirstUseBench.raw", 50.0)
    line("first use, on the main thread, median", taken, "FirstUseBench.mainThread", "FirstUseBench.raw", 50.0)
}

private val RunResult.name: String get() = params.benchmark.substringAfter("bench.")
private val RunResult.statistics: Statistics get() = primaryResult.statistics

private fun line(
    what: String,
    taken: Map<String, Statistics>,
    name: String,
    beside: String,
    percentile: Double,
    budget: String = "no budget",
) {
    val figure = taken.getValue(name).getPercentile(percentile)
    val raw = taken.getValue(beside).getPercentile(percentile)
    println(String.format(Locale.ROOT, "%-38s %10.1f us; raw %10.1f us; ratio %5.2f; %s", what, figure, raw, figure / raw, budget))
}
