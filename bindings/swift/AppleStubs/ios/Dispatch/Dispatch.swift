// Dispatch, as far as the façade uses it. For the type check against iOS only: Linux has its own.

/// https://developer.apple.com/documentation/dispatch/dispatchtime
public struct DispatchTime: Sendable {
    /// https://developer.apple.com/documentation/dispatch/dispatchtime/now()
    public static func now() -> DispatchTime { DispatchTime() }
    /// https://developer.apple.com/documentation/dispatch/dispatchtime/+(_:_:)-9x6ja
    public static func + (time: DispatchTime, seconds: Double) -> DispatchTime { time }
}

/// https://developer.apple.com/documentation/dispatch/dispatchsemaphore
public final class DispatchSemaphore: @unchecked Sendable {
    /// https://developer.apple.com/documentation/dispatch/dispatchsemaphore/init(value:)
    public init(value: Int) {}
    /// https://developer.apple.com/documentation/dispatch/dispatchsemaphore/wait()
    @available(*, noasync) public func wait() {}
    /// https://developer.apple.com/documentation/dispatch/dispatchsemaphore/signal()
    @discardableResult public func signal() -> Int { 0 }
}

/// https://developer.apple.com/documentation/dispatch/dispatchqueue
public final class DispatchQueue: @unchecked Sendable {
    /// https://developer.apple.com/documentation/dispatch/dispatchqueue/init(label:qos:attributes:autoreleasefrequency:target:)
    public init(label: String) {}
    /// https://developer.apple.com/documentation/dispatch/dispatchqueue/main
    public class var main: DispatchQueue { DispatchQueue(label: "") }
    /// https://developer.apple.com/documentation/dispatch/dispatchqueue/global(qos:)
    public class func global() -> DispatchQueue { main }
    /// https://developer.apple.com/documentation/dispatch/dispatchqueue/async(group:qos:flags:execute:)
    public func async(execute work: @escaping @Sendable () -> Void) {}
    /// https://developer.apple.com/documentation/dispatch/dispatchqueue/asyncafter(deadline:qos:flags:execute:)
    public func asyncAfter(deadline: DispatchTime, execute work: @escaping @Sendable () -> Void) {}
}
