@file:JvmName("StepUpClients")

package dev.klarnastepup

import android.app.Activity
import android.content.Context
import android.net.Uri
import dev.klarnastepup.android.AndroidPlatform

/**
 * The client for an Android app. Make one a process, in `Application.onCreate` or when it is first needed, and keep it: making it does no
 * I/O and loads no library.
 *
 * ```kotlin
 * val stepUp = StepUpClient(context, StepUpConfig(backend, ReturnLinks("shop://klarna/back", "shop-done://klarna/done")))
 * ```
 *
 * In Java: `StepUpClients.create(context, config)`.
 *
 * @param context any; the application's is kept.
 * @throws StepUpException.Configuration the environment is the sandbox in a build that is not debuggable.
 */
@JvmName("create")
@Throws(StepUpException.Configuration::class)
public fun StepUpClient(context: Context, config: StepUpConfig): StepUpClient =
    StepUpClient(config, AndroidPlatform(context, config.links))

/**
 * Takes the customer through the step-up from this activity, and returns what became of the payment, as [StepUpClient.pay] does. The
 * activity is not held: if it is gone when the journey is to be shown, the app's next one is taken.
 */
public suspend fun StepUpClient.pay(activity: Activity, order: Order, ifBusy: IfBusy = IfBusy.JOIN): Outcome {
    presentFrom(activity)
    return pay(order, ifBusy)
}

/** As [pay] from this activity, and acknowledges the outcome when [handler] returns without throwing. */
public suspend fun <T> StepUpClient.pay(
    activity: Activity,
    order: Order,
    ifBusy: IfBusy = IfBusy.JOIN,
    handler: suspend (Outcome) -> T,
): T {
    presentFrom(activity)
    return pay(order, ifBusy, handler)
}

/** Waits for an unfinished attempt, and shows its journey from this activity if the payment is still pending. */
@Throws(StepUpException::class, kotlin.coroutines.cancellation.CancellationException::class)
public suspend fun StepUpClient.resume(activity: Activity, attempt: AttemptId): Outcome {
    presentFrom(activity)
    return resume(attempt)
}

/**
 * Says what a link is. For apps whose own activity takes links: those that reach the library's activity need no call.
 *
 * @see StepUpClient.handle
 */
public fun StepUpClient.handle(link: Uri): LinkDisposition = handle(link.toString())

private fun StepUpClient.presentFrom(activity: Activity) {
    (platform as? AndroidPlatform)?.offer(activity)
}
