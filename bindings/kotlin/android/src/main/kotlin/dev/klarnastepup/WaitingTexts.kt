package dev.klarnastepup

import dev.klarnastepup.android.WaitingLanguages
import java.util.Locale

/**
 * What a [WaitingView] says. It has ten languages of its own ([of]); an app that wants other words passes them.
 *
 * No text may say that a payment failed, or succeeded, or should be tried again: only the backend knows.
 *
 * @property checkingTitle the backend is being asked.
 * @property checkingText below it.
 * @property waitingTitle the customer has to act; the buttons follow.
 * @property waitingText below it.
 * @property finishingTitle the customer is done, the backend has to act.
 * @property finishingText below it.
 * @property stoppingTitle the customer chose another method, and the backend is asked to cancel.
 * @property stoppingText below it.
 * @property continueWithKlarna button: opens the same payment request again.
 * @property useAnotherMethod button: gives this payment up.
 * @property busy what a screen reader says of the turning wheel.
 */
@Suppress("LongParameterList")
public class WaitingTexts(
    public val checkingTitle: String,
    public val checkingText: String,
    public val waitingTitle: String,
    public val waitingText: String,
    public val finishingTitle: String,
    public val finishingText: String,
    public val stoppingTitle: String,
    public val stoppingText: String,
    public val continueWithKlarna: String,
    public val useAnotherMethod: String,
    public val busy: String,
) {
    /** @suppress */
    override fun toString(): String = "WaitingTexts"

    /** Ready-made texts. */
    public companion object {
        /** In the first of these languages that there is; in English if there is none of them. */
        @JvmStatic
        public fun of(locales: List<Locale>): WaitingTexts {
            val known = locales.firstNotNullOfOrNull { WaitingLanguages.ALL[language(it)] }
            return known ?: WaitingLanguages.ALL.getValue("en")
        }

        /** Norwegian has three names. */
        private fun language(locale: Locale): String = if (locale.language in setOf("no", "nn")) "nb" else locale.language
    }
}
