import Foundation

/// What can go wrong on the way, by name.
public enum Fault: Sendable, Hashable {
    /// The system ends the app before the client's so-manieth step from now (its effects: journal, requests, surfaces, outcomes). Go on with
    /// `TestPhone.restart()`.
    case killAtStep(Int)
    /// Every link comes twice.
    case doubleLink
    /// The completion link does not come when the customer is done, but when the test calls `TestPhone.lateLinkArrives()`.
    case lateLink
    /// The customer leaves the page alone for a minute before the last tap: the browser then blocks the way back, and no link ever comes.
    case idle60s
    /// No request leaves the phone, until `TestPhone.comesOnline()`.
    case offline
}
