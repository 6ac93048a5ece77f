package dev.klarnastepup.testing

import dev.klarnastepup.ffi.Entropy
import java.nio.ByteBuffer

/** Randomness that can be repeated: [SplitMix64](https://prng.di.unimi.it/splitmix64.c). Not for secrets that matter. */
internal class SeededEntropy(private var state: Long) : Entropy {
    @Synchronized
    override fun bytes(count: UInt): ByteArray {
        val bytes = ByteBuffer.allocate((count.toInt() + Long.SIZE_BYTES - 1) / Long.SIZE_BYTES * Long.SIZE_BYTES)
        while (bytes.hasRemaining()) {
            state += STEP
            var z = state
            z = (z xor (z ushr 30)) * FIRST
            z = (z xor (z ushr 27)) * SECOND
            bytes.putLong(z xor (z ushr 31))
        }
        return bytes.array().copyOf(count.toInt())
    }

    private companion object {
        const val STEP = -0x61c8864680b583ebL
        const val FIRST = -0x40a7b892e31b1a47L
        const val SECOND = -0x6b2fb644ecceee15L
    }
}
