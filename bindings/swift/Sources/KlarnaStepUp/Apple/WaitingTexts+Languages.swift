// Generated from bindings/strings by TextsTests; do not edit.

extension WaitingTexts {
    static let byLanguage: [String: WaitingTexts] = [
        "da": WaitingTexts(
            checking: Text(
                title: "Vi tjekker din betaling",
                text: "Det tager som regel kun få sekunder."),
            waiting: Text(
                title: "Din betaling er ikke gennemført",
                text: "Fortsæt, hvor du slap, eller betal på en anden måde."),
            finishing: Text(
                title: "Vi gennemfører din betaling",
                text: "Du er færdig hos Klarna. Vi venter på bekræftelsen."),
            stopping: Text(
                title: "Vi afbryder betalingen",
                text: "Hvis den stadig kan afbrydes, kan du om et øjeblik vælge en anden betalingsmetode."),
            continueWithKlarna: "Fortsæt med Klarna",
            useAnotherMethod: "Vælg en anden betalingsmetode",
            busy: "I gang"),
        "de": WaitingTexts(
            checking: Text(
                title: "Deine Zahlung wird geprüft",
                text: "Das dauert meist nur wenige Sekunden."),
            waiting: Text(
                title: "Deine Zahlung ist noch nicht abgeschlossen",
                text: "Mach weiter, wo du aufgehört hast, oder bezahle anders."),
            finishing: Text(
                title: "Deine Zahlung wird abgeschlossen",
                text: "Bei Klarna ist alles erledigt. Wir warten auf die Bestätigung."),
            stopping: Text(
                title: "Diese Zahlung wird abgebrochen",
                text: "Wenn das noch geht, kannst du gleich eine andere Zahlungsart wählen."),
            continueWithKlarna: "Weiter mit Klarna",
            useAnotherMethod: "Andere Zahlungsart wählen",
            busy: "In Bearbeitung"),
        "en": WaitingTexts(
            checking: Text(
                title: "Checking your payment",
                text: "This usually takes a few seconds."),
            waiting: Text(
                title: "Your payment is not finished",
                text: "Continue where you left off, or pay another way."),
            finishing: Text(
                title: "Finishing your payment",
                text: "You are done at Klarna. We are waiting for the confirmation."),
            stopping: Text(
                title: "Stopping this payment",
                text: "If it can still be stopped, you can choose another method in a moment."),
            continueWithKlarna: "Continue with Klarna",
            useAnotherMethod: "Use another method",
            busy: "In progress"),
        "es": WaitingTexts(
            checking: Text(
                title: "Estamos comprobando tu pago",
                text: "Suele tardar solo unos segundos."),
            waiting: Text(
                title: "Tu pago no ha terminado",
                text: "Continúa donde lo dejaste o paga de otra forma."),
            finishing: Text(
                title: "Estamos finalizando tu pago",
                text: "Ya has terminado en Klarna. Esperamos la confirmación."),
            stopping: Text(
                title: "Estamos cancelando este pago",
                text: "Si todavía es posible, enseguida podrás elegir otro método de pago."),
            continueWithKlarna: "Continuar con Klarna",
            useAnotherMethod: "Elegir otro método de pago",
            busy: "En curso"),
        "fr": WaitingTexts(
            checking: Text(
                title: "Vérification de votre paiement",
                text: "Cela ne prend en général que quelques secondes."),
            waiting: Text(
                title: "Votre paiement n’est pas terminé",
                text: "Reprenez là où vous vous êtes arrêté ou payez autrement."),
            finishing: Text(
                title: "Finalisation de votre paiement",
                text: "C’est terminé du côté de Klarna. Nous attendons la confirmation."),
            stopping: Text(
                title: "Annulation de ce paiement",
                text: "Si c'est encore possible, vous pourrez choisir un autre moyen de paiement dans un instant."),
            continueWithKlarna: "Continuer avec Klarna",
            useAnotherMethod: "Choisir un autre moyen de paiement",
            busy: "En cours"),
        "it": WaitingTexts(
            checking: Text(
                title: "Stiamo verificando il pagamento",
                text: "Di solito bastano pochi secondi."),
            waiting: Text(
                title: "Il pagamento non è stato completato",
                text: "Riprendi da dove eri rimasto o paga in un altro modo."),
            finishing: Text(
                title: "Stiamo completando il pagamento",
                text: "Con Klarna hai finito. Siamo in attesa della conferma."),
            stopping: Text(
                title: "Stiamo annullando il pagamento",
                text: "Se è ancora possibile, tra un attimo potrai scegliere un altro metodo."),
            continueWithKlarna: "Continua con Klarna",
            useAnotherMethod: "Scegli un altro metodo",
            busy: "In corso"),
        "nb": WaitingTexts(
            checking: Text(
                title: "Vi sjekker betalingen din",
                text: "Det tar vanligvis bare noen sekunder."),
            waiting: Text(
                title: "Betalingen din er ikke fullført",
                text: "Fortsett der du slapp, eller betal på en annen måte."),
            finishing: Text(
                title: "Vi fullfører betalingen din",
                text: "Du er ferdig hos Klarna. Vi venter på bekreftelsen."),
            stopping: Text(
                title: "Vi avbryter betalingen",
                text: "Hvis den fortsatt kan avbrytes, kan du snart velge en annen betalingsmåte."),
            continueWithKlarna: "Fortsett med Klarna",
            useAnotherMethod: "Velg en annen betalingsmåte",
            busy: "Pågår"),
        "nl": WaitingTexts(
            checking: Text(
                title: "We controleren je betaling",
                text: "Dit duurt meestal maar een paar seconden."),
            waiting: Text(
                title: "Je betaling is nog niet afgerond",
                text: "Ga verder waar je was gebleven of betaal op een andere manier."),
            finishing: Text(
                title: "We ronden je betaling af",
                text: "Je bent klaar bij Klarna. We wachten op de bevestiging."),
            stopping: Text(
                title: "We breken deze betaling af",
                text: "Als dat nog kan, kun je zo een andere betaalmethode kiezen."),
            continueWithKlarna: "Verder met Klarna",
            useAnotherMethod: "Andere betaalmethode kiezen",
            busy: "Bezig"),
        "pl": WaitingTexts(
            checking: Text(
                title: "Sprawdzamy Twoją płatność",
                text: "Zwykle trwa to tylko kilka sekund."),
            waiting: Text(
                title: "Twoja płatność nie została zakończona",
                text: "Wróć do miejsca, w którym przerwano płatność, lub zapłać inaczej."),
            finishing: Text(
                title: "Kończymy Twoją płatność",
                text: "W Klarnie wszystko już gotowe. Czekamy na potwierdzenie."),
            stopping: Text(
                title: "Anulujemy tę płatność",
                text: "Jeśli to jeszcze możliwe, za chwilę będzie można wybrać inną metodę."),
            continueWithKlarna: "Kontynuuj z Klarną",
            useAnotherMethod: "Wybierz inną metodę",
            busy: "W toku"),
        "sv": WaitingTexts(
            checking: Text(
                title: "Vi kontrollerar din betalning",
                text: "Det tar oftast bara några sekunder."),
            waiting: Text(
                title: "Din betalning är inte klar",
                text: "Fortsätt där du slutade eller betala på ett annat sätt."),
            finishing: Text(
                title: "Vi slutför din betalning",
                text: "Du är klar hos Klarna. Vi väntar på bekräftelsen."),
            stopping: Text(
                title: "Vi avbryter betalningen",
                text: "Om det fortfarande går kan du strax välja ett annat betalningssätt."),
            continueWithKlarna: "Fortsätt med Klarna",
            useAnotherMethod: "Välj ett annat betalningssätt",
            busy: "Pågår"),
    ]
}
