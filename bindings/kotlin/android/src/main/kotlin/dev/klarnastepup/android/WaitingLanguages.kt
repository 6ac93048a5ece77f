package dev.klarnastepup.android

import dev.klarnastepup.WaitingTexts

/** The texts of `bindings/strings`, written by `WaitingTextsTest` with `-Dstepup.strings.write=true`: change them there. */
internal object WaitingLanguages {
    val ALL: Map<String, WaitingTexts> =
        mapOf(
            "da" to
                WaitingTexts(
                    checkingTitle = "Vi tjekker din betaling",
                    checkingText = "Det tager som regel kun få sekunder.",
                    waitingTitle = "Din betaling er ikke gennemført",
                    waitingText = "Fortsæt, hvor du slap, eller betal på en anden måde.",
                    finishingTitle = "Vi gennemfører din betaling",
                    finishingText = "Du er færdig hos Klarna. Vi venter på bekræftelsen.",
                    stoppingTitle = "Vi afbryder betalingen",
                    stoppingText = "Hvis den stadig kan afbrydes, kan du om et øjeblik vælge en anden betalingsmetode.",
                    continueWithKlarna = "Fortsæt med Klarna",
                    useAnotherMethod = "Vælg en anden betalingsmetode",
                    busy = "I gang",
                ),
            "de" to
                WaitingTexts(
                    checkingTitle = "Deine Zahlung wird geprüft",
                    checkingText = "Das dauert meist nur wenige Sekunden.",
                    waitingTitle = "Deine Zahlung ist noch nicht abgeschlossen",
                    waitingText = "Mach weiter, wo du aufgehört hast, oder bezahle anders.",
                    finishingTitle = "Deine Zahlung wird abgeschlossen",
                    finishingText = "Bei Klarna ist alles erledigt. Wir warten auf die Bestätigung.",
                    stoppingTitle = "Diese Zahlung wird abgebrochen",
                    stoppingText = "Wenn das noch geht, kannst du gleich eine andere Zahlungsart wählen.",
                    continueWithKlarna = "Weiter mit Klarna",
                    useAnotherMethod = "Andere Zahlungsart wählen",
                    busy = "In Bearbeitung",
                ),
            "en" to
                WaitingTexts(
                    checkingTitle = "Checking your payment",
                    checkingText = "This usually takes a few seconds.",
                    waitingTitle = "Your payment is not finished",
                    waitingText = "Continue where you left off, or pay another way.",
                    finishingTitle = "Finishing your payment",
                    finishingText = "You are done at Klarna. We are waiting for the confirmation.",
                    stoppingTitle = "Stopping this payment",
                    stoppingText = "If it can still be stopped, you can choose another method in a moment.",
                    continueWithKlarna = "Continue with Klarna",
                    useAnotherMethod = "Use another method",
                    busy = "In progress",
                ),
            "es" to
                WaitingTexts(
                    checkingTitle = "Estamos comprobando tu pago",
                    checkingText = "Suele tardar solo unos segundos.",
                    waitingTitle = "Tu pago no ha terminado",
                    waitingText = "Continúa donde lo dejaste o paga de otra forma.",
                    finishingTitle = "Estamos finalizando tu pago",
                    finishingText = "Ya has terminado en Klarna. Esperamos la confirmación.",
                    stoppingTitle = "Estamos cancelando este pago",
                    stoppingText = "Si todavía es posible, enseguida podrás elegir otro método de pago.",
                    continueWithKlarna = "Continuar con Klarna",
                    useAnotherMethod = "Elegir otro método de pago",
                    busy = "En curso",
                ),
            "fr" to
                WaitingTexts(
                    checkingTitle = "Vérification de votre paiement",
                    checkingText = "Cela ne prend en général que quelques secondes.",
                    waitingTitle = "Votre paiement n’est pas terminé",
                    waitingText = "Reprenez là où vous vous êtes arrêté ou payez autrement.",
                    finishingTitle = "Finalisation de votre paiement",
                    finishingText = "C’est terminé du côté de Klarna. Nous attendons la confirmation.",
                    stoppingTitle = "Annulation de ce paiement",
                    stoppingText = "Si c'est encore possible, vous pourrez choisir un autre moyen de paiement dans un instant.",
                    continueWithKlarna = "Continuer avec Klarna",
                    useAnotherMethod = "Choisir un autre moyen de paiement",
                    busy = "En cours",
                ),
            "it" to
                WaitingTexts(
                    checkingTitle = "Stiamo verificando il pagamento",
                    checkingText = "Di solito bastano pochi secondi.",
                    waitingTitle = "Il pagamento non è stato completato",
                    waitingText = "Riprendi da dove eri rimasto o paga in un altro modo.",
                    finishingTitle = "Stiamo completando il pagamento",
                    finishingText = "Con Klarna hai finito. Siamo in attesa della conferma.",
                    stoppingTitle = "Stiamo annullando il pagamento",
                    stoppingText = "Se è ancora possibile, tra un attimo potrai scegliere un altro metodo.",
                    continueWithKlarna = "Continua con Klarna",
                    useAnotherMethod = "Scegli un altro metodo",
                    busy = "In corso",
                ),
            "nb" to
                WaitingTexts(
                    checkingTitle = "Vi sjekker betalingen din",
                    checkingText = "Det tar vanligvis bare noen sekunder.",
                    waitingTitle = "Betalingen din er ikke fullført",
                    waitingText = "Fortsett der du slapp, eller betal på en annen måte.",
                    finishingTitle = "Vi fullfører betalingen din",
                    finishingText = "Du er ferdig hos Klarna. Vi venter på bekreftelsen.",
                    stoppingTitle = "Vi avbryter betalingen",
                    stoppingText = "Hvis den fortsatt kan avbrytes, kan du snart velge en annen betalingsmåte.",
                    continueWithKlarna = "Fortsett med Klarna",
                    useAnotherMethod = "Velg en annen betalingsmåte",
                    busy = "Pågår",
                ),
            "nl" to
                WaitingTexts(
                    checkingTitle = "We controleren je betaling",
                    checkingText = "Dit duurt meestal maar een paar seconden.",
                    waitingTitle = "Je betaling is nog niet afgerond",
                    waitingText = "Ga verder waar je was gebleven of betaal op een andere manier.",
                    finishingTitle = "We ronden je betaling af",
                    finishingText = "Je bent klaar bij Klarna. We wachten op de bevestiging.",
                    stoppingTitle = "We breken deze betaling af",
                    stoppingText = "Als dat nog kan, kun je zo een andere betaalmethode kiezen.",
                    continueWithKlarna = "Verder met Klarna",
                    useAnotherMethod = "Andere betaalmethode kiezen",
                    busy = "Bezig",
                ),
            "pl" to
                WaitingTexts(
                    checkingTitle = "Sprawdzamy Twoją płatność",
                    checkingText = "Zwykle trwa to tylko kilka sekund.",
                    waitingTitle = "Twoja płatność nie została zakończona",
                    waitingText = "Wróć do miejsca, w którym przerwano płatność, lub zapłać inaczej.",
                    finishingTitle = "Kończymy Twoją płatność",
                    finishingText = "W Klarnie wszystko już gotowe. Czekamy na potwierdzenie.",
                    stoppingTitle = "Anulujemy tę płatność",
                    stoppingText = "Jeśli to jeszcze możliwe, za chwilę będzie można wybrać inną metodę.",
                    continueWithKlarna = "Kontynuuj z Klarną",
                    useAnotherMethod = "Wybierz inną metodę",
                    busy = "W toku",
                ),
            "sv" to
                WaitingTexts(
                    checkingTitle = "Vi kontrollerar din betalning",
                    checkingText = "Det tar oftast bara några sekunder.",
                    waitingTitle = "Din betalning är inte klar",
                    waitingText = "Fortsätt där du slutade eller betala på ett annat sätt.",
                    finishingTitle = "Vi slutför din betalning",
                    finishingText = "Du är klar hos Klarna. Vi väntar på bekräftelsen.",
                    stoppingTitle = "Vi avbryter betalningen",
                    stoppingText = "Om det fortfarande går kan du strax välja ett annat betalningssätt.",
                    continueWithKlarna = "Fortsätt med Klarna",
                    useAnotherMethod = "Välj ett annat betalningssätt",
                    busy = "Pågår",
                ),
        )
}
