/// What a link is to the client.
public enum LinkDisposition: Sendable, Hashable {
    /// The completion link of this attempt: the customer is done. It does not say that they paid.
    case completion(AttemptID)
    /// The handover link of this attempt.
    case handover(AttemptID)
    /// Seen before.
    case duplicate(AttemptID)
    /// Its attempt has its outcome already, or belongs to another account (then without id).
    case late(AttemptID?)
    /// Ours by scheme, host and path; an event says later which.
    case accepted
    /// Not ours: route it yourself.
    case notOurs
    /// Ours by address, and refused. Do not route it.
    case refused(LinkRefusal)

    /// The link is dealt with: the app has nothing to do with it.
    public var isOurs: Bool { self != .notOurs }
}

/// Why a link that looks like ours is refused.
public enum LinkRefusal: String, Sendable, Hashable, CaseIterable {
    /// Longer than 8 KiB.
    case tooLong = "too-long"
    /// Scheme, host and path are ours, the port is not a number.
    case unreadable
    /// It has a user name or password.
    case userInfo = "user-info"
    /// Scheme, host and path are ours, the port is another.
    case portDiffers = "port-differs"
    /// The nonce belongs to no attempt.
    case wrongNonce = "wrong-nonce"
    /// What stands where the nonce should is not one.
    case malformedNonce = "malformed-nonce"
    /// Two different nonces.
    case repeatedNonce = "repeated-nonce"
}
