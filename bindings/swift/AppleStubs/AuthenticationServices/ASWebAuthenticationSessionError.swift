import UIKit

/// https://developer.apple.com/documentation/authenticationservices/aswebauthenticationsessionerrordomain
public let ASWebAuthenticationSessionErrorDomain = "com.apple.AuthenticationServices.WebAuthenticationSession"

/// https://developer.apple.com/documentation/authenticationservices/aswebauthenticationsessionerror
public struct ASWebAuthenticationSessionError: CustomNSError {
    /// https://developer.apple.com/documentation/authenticationservices/aswebauthenticationsessionerror/code
    public enum Code: Int, Sendable {
        case canceledLogin = 1
        case presentationContextNotProvided
        case presentationContextInvalid
    }

    /// https://developer.apple.com/documentation/foundation/customnserror/errordomain
    public static var errorDomain: String { ASWebAuthenticationSessionErrorDomain }
    /// https://developer.apple.com/documentation/foundation/customnserror/errorcode
    public var errorCode: Int { code.rawValue }
    /// https://developer.apple.com/documentation/foundation/customnserror/erroruserinfo
    public var errorUserInfo: [String: Any] {
        failureReason.map { [NSLocalizedFailureReasonErrorKey: $0] } ?? [:]
    }
    /// The kind of error, as imported error structures have it.
    public let code: Code
    let failureReason: String?

    /// As the system makes one; with a reason where it says more than the code.
    package init(_ code: Code, failureReason: String? = nil) {
        self.code = code
        self.failureReason = failureReason
    }
}
