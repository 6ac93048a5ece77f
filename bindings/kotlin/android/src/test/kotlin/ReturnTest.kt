package dev.klarnastepup.android

import android.app.Application
import android.content.ClipData
import android.content.ComponentName
import android.content.Intent
import android.content.pm.ActivityInfo
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Parcel
import android.os.Parcelable
import dev.klarnastepup.AttemptId
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.LinkRefusal
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** Links from outside, by the filters of the binary manifest and through the exported activity. */
@RunWith(RobolectricTestRunner::class)
class ReturnTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val shell = Recorder()

    @BeforeTest
    fun connect() = Wiring.connect(shell)

    @AfterTest
    fun disconnect() = Wiring.disconnect(shell)

    private fun view(uri: String): Intent = Intent(Intent.ACTION_VIEW, Uri.parse(uri)).addCategory(Intent.CATEGORY_BROWSABLE)

    /** Starts the activity as the system would, and lets it do what it does. */
    private fun arrive(intent: Intent): StepUpReturnActivity {
        val activity = Robolectric.buildActivity(StepUpReturnActivity::class.java, intent).create().get()
        assertTrue(activity.isFinishing, "it never stays")
        return activity
    }

    @Test
    fun `the manifest takes our links and no others`() {
        fun taker(uri: String) =
            app.packageManager
                .resolveActivity(view(uri), PackageManager.MATCH_DEFAULT_ONLY)
                ?.activityInfo
                ?.name
        val ours = StepUpReturnActivity::class.java.name
        for (uri in listOf(
            "shop://klarna/back",
            "shop://klarna/done?stepup=AAAAAAAAAAAAAAAAAAAAAA&other=1",
            "shop-done://klarna/done",
            "dev.klarnastepup.shop.stepup://klarna/done",
        )) {
            assertEquals(ours, taker(uri), uri)
        }
        for (uri in listOf(
            "shop://other/back",
            "shops://klarna/back",
            "https://klarna/back",
            "http://klarna/back",
            "shop:klarna/back",
            "SHOP://klarna/back",
            "javascript:alert(1)",
            "file:///klarna/back",
            "content://klarna/back",
        )) {
            assertNull(taker(uri), uri)
        }
    }

    @Test
    fun `the manifest exports one activity, asks for little, and needs no theme of the app's`() {
        val flags =
            PackageManager.GET_ACTIVITIES or PackageManager.GET_PERMISSIONS or PackageManager.GET_PROVIDERS or PackageManager.GET_SERVICES

        @Suppress("DEPRECATION")
        val manifest = app.packageManager.getPackageInfo(app.packageName, flags)
        val activities = assertNotNull(manifest.activities).associateBy { it.name }
        val returning = assertNotNull(activities[StepUpReturnActivity::class.java.name])
        val surface = assertNotNull(activities[StepUpSurfaceActivity::class.java.name])
        assertTrue(returning.exported)
        assertEquals(ActivityInfo.LAUNCH_SINGLE_TASK, returning.launchMode)
        assertTrue(returning.flags and ActivityInfo.FLAG_NO_HISTORY != 0)
        assertFalse(surface.exported)
        assertEquals(ActivityInfo.LAUNCH_MULTIPLE, surface.launchMode, "in the task of the activity that starts it")
        assertEquals(setOf(app.packageName), setOf(returning.taskAffinity, surface.taskAffinity))
        assertEquals(android.R.style.Theme_Translucent_NoTitleBar, surface.theme)
        assertEquals(android.R.style.Theme_Translucent_NoTitleBar, returning.theme)
        assertEquals(
            setOf("android.permission.INTERNET", "android.permission.ACCESS_NETWORK_STATE"),
            manifest.requestedPermissions?.toSet(),
        )
        assertNull(manifest.providers)
        assertNull(manifest.services)
    }

    @Test
    fun `a link is passed on once, and nothing else of the intent is kept`() {
        shell.links = { LinkDisposition.Accepted }
        val activity = arrive(view("shop://klarna/back?stepup=x").putExtra("more", "of it"))
        assertEquals(listOf("link shop://klarna/back?stepup=x"), shell.take())
        assertNull(activity.intent.data, "statistics libraries read the intents of activities")
        assertNull(activity.intent.extras)
    }

    @Test
    fun `a second link comes to the same activity`() {
        val controller = Robolectric.buildActivity(StepUpReturnActivity::class.java, view("shop://klarna/back?1")).create()
        controller.newIntent(view("shop://klarna/done?2"))
        assertEquals(listOf("link shop://klarna/back?1", "link shop://klarna/done?2"), shell.take())
    }

    @Test
    fun `what is not ours does nothing at all`() {
        for (disposition in listOf(LinkDisposition.NotOurs, LinkDisposition.Refused(LinkRefusal.WRONG_NONCE))) {
            shell.links = { disposition }
            arrive(view("shop://klarna/elsewhere"))
            assertNull(shadowOf(app).nextStartedActivity)
        }
    }

    /** Whatever a stranger puts into it: no part but the address is read, and nothing of it is started. */
    @Test
    fun `hostile intents are neither unpacked nor started`() {
        shell.links = { LinkDisposition.Handover(AttemptId("a")) }
        val evil = Intent("evil.ACTION").setComponent(ComponentName("evil", "evil.Main"))
        val link = "shop://klarna/back"
        val hostile =
            mapOf<String, Intent.() -> Unit>(
                "an intent in the extras" to { putExtra("intent", evil).putExtra(Intent.EXTRA_INTENT, evil) },
                "a class that nobody has" to { putExtra("bomb", Bomb()) },
                "a bundle of ours" to {
                    putExtra("attempt", "other").putExtra("number", 7).putExtra("close", true).putExtra("opened", true)
                },
                "clip data" to {
                    clipData = ClipData.newIntent("label", evil)
                },
                "flags that give access to files" to
                    { addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION or Intent.FLAG_GRANT_WRITE_URI_PERMISSION) },
                "a type" to { setDataAndType(data, "application/vnd.evil") },
            )
        for ((what, spoil) in hostile) {
            Bomb.unpacked = false
            arrive(parcelled(view(link).apply(spoil)))
            assertFalse(Bomb.unpacked, what)
            assertEquals(listOf("link $link"), shell.take(), what)
            assertOnlyOurs(what)
        }
    }

    @Test
    fun `a selector cannot bend what is started`() {
        shell.links = { LinkDisposition.Handover(AttemptId("a")) }
        val intent = Intent(Intent.ACTION_VIEW, Uri.parse("shop://klarna/back"))
        intent.selector = Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_APP_BROWSER)
        arrive(intent)
        assertOnlyOurs("a selector")
    }

    @Test
    fun `addresses of other kinds never get as far as the façade`() {
        shell.links = { LinkDisposition.Accepted }
        for (intent in listOf(
            Intent(),
            Intent(Intent.ACTION_VIEW),
            Intent(Intent.ACTION_MAIN),
            Intent(Intent.ACTION_SEND, Uri.parse("shop://klarna/back")),
            view("javascript:alert(1)"),
            view("intent:#Intent;component=evil/.Main;end"),
            view("mailto:somebody@example.test"),
        )) {
            arrive(intent)
            assertEquals(emptyList(), shell.take(), intent.toString())
            assertNull(shadowOf(app).nextStartedActivity, intent.toString())
        }
    }

    @Test
    fun `a megabyte of address is dropped`() {
        shell.links = { LinkDisposition.Accepted }
        arrive(view("shop://klarna/back?" + "x".repeat(1_000_000)))
        arrive(view("shop://klarna/back?" + "\u00e9".repeat(Wiring.LONGEST_LINK - 100)))
        assertEquals(emptyList(), shell.take())
        arrive(view("shop://klarna/back?" + "x".repeat(8_000)))
        assertEquals(1, shell.take().size)
    }

    @Test
    fun `links that come before the client wait for it, and not without end`() {
        Wiring.disconnect(shell)
        repeat(100) { arrive(view("shop://klarna/back?$it")) }
        val late = Recorder()
        Wiring.connect(late)
        assertEquals((0..7).map { "link shop://klarna/back?$it" }, late.take())
        Wiring.disconnect(late)
    }

    @Test
    fun `the app is started from its beginning when nothing of it is left`() {
        Wiring.disconnect(shell)
        val launcher = OtherApps(app).launcher()
        arrive(view("shop://klarna/back"))
        val started = assertNotNull(shadowOf(app).nextStartedActivity)
        assertEquals(launcher, started.component)
        assertEquals(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_CLEAR_TASK, started.flags)
        assertNull(started.data)
        assertNull(started.extras)
        Wiring.connect(Recorder())
    }

    private fun assertOnlyOurs(what: String) {
        while (true) {
            val started = shadowOf(app).nextStartedActivity ?: return
            assertEquals(app.packageName, started.component?.packageName, what)
            assertNull(started.data, what)
        }
    }

    /** As it arrives from another process: in one lump, to be unpacked by whoever looks into it. */
    private fun parcelled(intent: Intent): Intent {
        val parcel = Parcel.obtain()
        intent.writeToParcel(parcel, 0)
        parcel.setDataPosition(0)
        return Intent.CREATOR.createFromParcel(parcel).also { parcel.recycle() }
    }

    /** Notes when somebody unpacks it. */
    class Bomb : Parcelable {
        override fun describeContents(): Int = 0

        override fun writeToParcel(parcel: Parcel, flags: Int) = Unit

        companion object {
            var unpacked = false

            @JvmField
            val CREATOR =
                object : Parcelable.Creator<Bomb> {
                    override fun createFromParcel(parcel: Parcel): Bomb {
                        unpacked = true
                        return Bomb()
                    }

                    override fun newArray(size: Int): Array<Bomb?> = arrayOfNulls(size)
                }
        }
    }
}
