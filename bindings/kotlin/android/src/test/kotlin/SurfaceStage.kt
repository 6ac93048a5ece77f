package dev.klarnastepup.android

import android.app.Activity
import android.app.Application
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.os.Looper
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Surface
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.shadows.ShadowActivity

/** A phone with Chrome, an app with one screen, and its platform, without a client. */
internal abstract class SurfaceStage {
    protected val app: Application get() = RuntimeEnvironment.getApplication()
    protected val shell = Recorder()
    protected val platform by lazy { AndroidPlatform(app, ReturnLinks("shop://klarna/back", "shop-done://klarna/done")) }
    protected val host by lazy { Robolectric.buildActivity(Activity::class.java).setup() }

    @BeforeTest
    fun begin() {
        platform.observe(shell)
        host.get()
        OtherApps(app).browser("com.android.chrome", authTab = true, default = true)
        idle()
        shell.take()
    }

    @AfterTest
    fun end() {
        Wiring.tab?.let { Wiring.gone(it.key) }
        Wiring.surfaceActivity?.let(Wiring::destroyed)
        AndroidDevice.authTabCannotVerify = false
        platform.close()
    }

    protected fun idle() = shadowOf(Looper.getMainLooper()).idle()

    protected fun presentation(surface: Surface, number: UInt = 1u, https: Boolean = false) =
        Presentation(
            attempt = "a",
            number = number,
            surface = surface,
            url = JOURNEY,
            paymentRequestId = null,
            callbackScheme = if (https) "https" else "shop-done",
            callbackHost = if (https) "shop.example" else null,
            callbackPath = if (https) "/klarna/done" else null,
        )

    /** Presents, and makes the surface activity as the system would. */
    protected fun present(
        surface: Surface,
        number: UInt = 1u,
        https: Boolean = false,
        made: ActivityController<StepUpSurfaceActivity>.() -> Unit = { setup() },
    ): ActivityController<StepUpSurfaceActivity> {
        platform.presenter.present(presentation(surface, number, https))
        idle()
        val intent = assertNotNull(shadowOf(host.get()).nextStartedActivity)
        assertEquals(StepUpSurfaceActivity::class.java.name, intent.component?.className)
        assertFalse(intent.extras.toString().contains("klarna.com"), "the system keeps intents; the address is secret")
        assertEquals(0, intent.flags and Intent.FLAG_ACTIVITY_NEW_TASK, "in the app's own task")
        return Robolectric.buildActivity(StepUpSurfaceActivity::class.java, intent).apply(made)
    }

    protected fun tabOf(surface: ActivityController<StepUpSurfaceActivity>): ShadowActivity.IntentForResult =
        assertNotNull(nextTab(surface), "a tab is started for its result")

    /** Robolectric keeps one list for the whole app; what is not for a result has another number. */
    protected fun nextTab(surface: ActivityController<StepUpSurfaceActivity>): ShadowActivity.IntentForResult? =
        generateSequence { shadowOf(surface.get()).nextStartedActivityForResult }.firstOrNull { it.requestCode >= 0 }

    protected fun result(
        surface: ActivityController<StepUpSurfaceActivity>,
        tab: ShadowActivity.IntentForResult,
        code: Int,
        data: Intent? = null,
    ) = shadowOf(surface.get()).receiveResult(tab.intent, code, data)

    protected fun link(uri: String) = Intent().setData(Uri.parse(uri))

    protected fun extras(intent: Intent): Map<String, Any?> {
        val extras = intent.extras ?: Bundle.EMPTY
        @Suppress("DEPRECATION")
        return extras.keySet().associateWith { extras.get(it) }
    }

    protected fun closing(surface: ActivityController<StepUpSurfaceActivity>): Intent? =
        generateSequence { shadowOf(surface.get()).nextStartedActivity }.firstOrNull {
            it.component?.className == StepUpSurfaceActivity::class.java.name
        }

    /** Saves, goes through a parcel as between two processes, and makes another. */
    protected fun remade(surface: ActivityController<StepUpSurfaceActivity>): ActivityController<StepUpSurfaceActivity> {
        val saved = Bundle()
        surface.pause().stop().saveInstanceState(saved).destroy()
        assertFalse(saved.toString().contains("klarna.com"))
        return Robolectric.buildActivity(StepUpSurfaceActivity::class.java, surface.intent).create(saved)
    }

    /** The result of a tab that another instance had started. */
    protected fun StepUpSurfaceActivity.finishedBy(
        tab: ShadowActivity.IntentForResult,
        code: Int = Activity.RESULT_CANCELED,
        data: Intent? = null,
    ) {
        @Suppress("DEPRECATION")
        shadowOf(this).callOnActivityResult(tab.requestCode, code, data)
    }

    protected companion object {
        const val JOURNEY = "https://pay.klarna.com/eu/requests/6bbf6775-0000/start?token=secret#x"
    }
}
