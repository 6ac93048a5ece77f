package dev.klarnastepup.demo

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class SandboxAddressTest {
    private val there = SandboxAddress("http://127.0.0.1:4001", "http://127.0.0.1:4004/_control")

    @Test
    fun `the link of the code, the configuration, the address alone`() {
        val link = "klarnastepup-demo://sandbox?backend=http%3A%2F%2F127.0.0.1%3A4001&control=http%3A%2F%2F127.0.0.1%3A4004%2F_control"
        assertEquals(there, SandboxAddress.read(link))
        val configuration = """{"backend":"http://127.0.0.1:4001","control":"http://127.0.0.1:4004/_control","environment":"sandbox"}"""
        assertEquals(there, SandboxAddress.read(configuration))
        assertEquals(there.copy(control = ""), SandboxAddress.read(" http://127.0.0.1:4001/ "))
        assertEquals("demo.example", SandboxAddress.read("https://demo.example")?.foreignHost)
        assertNull(SandboxAddress.read("http://10.0.2.2:4001")?.foreignHost)
    }

    @Test
    fun `anything else is refused`() {
        val wrong = listOf("", "127.0.0.1:4001", "ftp://127.0.0.1", "http://shop.example", "http://127.0.0.1@evil.example", "https://me@evil.example", "{", "{}")
        for (text in wrong) assertNull(SandboxAddress.read(text), text)
        assertNull(SandboxAddress.read("klarnastepup-demo://sandbox?backend=https%3A%2F%2Fa.example&control=http%3A%2F%2Fevil.example"))
    }
}
