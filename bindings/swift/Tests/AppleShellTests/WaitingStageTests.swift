import Foundation
import Testing

@testable import KlarnaStepUp

extension AppleShell {
    /// Which words a state is put into.
    @Suite struct WaitingStageTests {
        private func state(
            _ phase: AttemptState.Phase, waiting: Bool = false, reopen: Bool = true, abandon: Bool = true, surface: Surface? = nil
        ) -> AttemptState {
            AttemptState(
                id: AttemptID(rawValue: "a"), reference: "42", phase: phase, whoActs: .backend, isWaitingForCustomer: waiting,
                canReopen: reopen, canAbandon: abandon, surface: surface, createdAt: Date(timeIntervalSince1970: 0))
        }

        private func shown(_ state: AttemptState, isFinishing: Bool = false) -> Waiting? {
            Waiting(state, isFinishing: isFinishing)
        }

        @Test func beforeAndDuringTheJourneyAndAfterTheOutcomeNothingIsShown() {
            for phase in [AttemptState.Phase.starting, .ready, .inJourney, .settled] {
                #expect(shown(state(phase)) == nil, "\(phase)")
            }
            #expect(shown(state(.confirming, surface: .authSession)) == nil)
            #expect(shown(state(.confirming, surface: .custom)) == nil)
        }

        @Test func whileTheBackendIsAskedThereIsNothingToChoose() {
            let waiting = shown(state(.confirming))
            #expect(waiting?.stage == .checking)
            #expect(waiting?.offersContinue == false && waiting?.offersAnotherMethod == false)
        }

        /// A handover link came while the journey runs in Klarna's app: nothing of it is on our screen to return to.
        @Test(arguments: [nil, Surface.klarnaApp, .browser]) func theChoicesComeWhenTheCustomerHasToAct(surface: Surface?) {
            let waiting = shown(state(.inJourney, waiting: true, surface: surface))
            #expect(waiting?.stage == .waiting)
            #expect(waiting?.offersContinue == true && waiting?.offersAnotherMethod == true)
        }

        @Test func onlyWhatIsPossibleIsOffered() {
            let waiting = shown(state(.confirming, waiting: true, reopen: false, abandon: false))
            #expect(waiting?.offersContinue == false && waiting?.offersAnotherMethod == false)
        }

        @Test func aCustomerWhoIsDoneAtKlarnaIsNotOfferedAnotherMethod() {
            let waiting = shown(state(.confirming, reopen: false, abandon: false), isFinishing: true)
            #expect(waiting?.stage == .finishing)
            #expect(waiting?.offersAnotherMethod == false)
        }

        @Test func aPaymentThatIsBeingStoppedSaysSo() {
            #expect(shown(state(.confirming, reopen: false, abandon: false))?.stage == .stopping)
        }
    }
}
