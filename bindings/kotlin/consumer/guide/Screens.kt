@file:Suppress("UnusedReceiverParameter", "UNUSED_PARAMETER")

package guide

import android.net.Uri
import androidx.compose.runtime.Composable
import dev.klarnastepup.BackendReply
import dev.klarnastepup.NotStartedReason
import dev.klarnastepup.Outcome
import dev.klarnastepup.PreparedAttempt
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.StepUpClient

// The app around the guide's code: its screens and its own backend.

internal fun CheckoutActivity.showReceipt(receipt: String) = Unit

internal fun CheckoutActivity.chooseAnotherMethod() = Unit

internal fun CheckoutActivity.sayThatWeCheck() = Unit

internal fun CheckoutActivity.sayWhy(reason: NotStartedReason) = Unit

internal fun CheckoutActivity.show(outcome: Outcome) = Unit

internal fun CheckoutActivity.openProductPage(link: Uri?) = Unit

internal suspend fun CheckoutActivity.startAtOurBackend(attempt: PreparedAttempt): BackendReply = BackendReply.Lost

internal val CheckoutActivity.stepUp: StepUpClient get() = (application as Shop).stepUp

internal val CheckoutActivity.cart: String get() = "{}"

internal fun Shop.recordOnOrder(reference: String, outcome: Outcome) = Unit

internal fun Shop.signedInCustomer(): String? = null

internal suspend fun Shop.token(refresh: Boolean): String = "of nobody"

internal val Shop.links: ReturnLinks get() = ReturnLinks("shop://klarna/back", "shop-done://klarna/done")

@Composable
internal fun Basket(onPay: () -> Unit) = onPay()
