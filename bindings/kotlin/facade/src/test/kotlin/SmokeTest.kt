package dev.klarnastepup

import dev.klarnastepup.ffi.libraryVersion
import kotlin.test.Test
import kotlin.test.assertEquals

class SmokeTest {
    /** Loads the real library: the generated code compares its checksums with the library's own on the first call. */
    @Test
    fun `the library is the one that the bindings were made for`() {
        assertEquals("0.1.0", libraryVersion())
    }
}
