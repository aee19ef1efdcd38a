/// The one error shape of Steward: what happened, and what to do about it.
///
/// `message` says what happened and names the place (file, line, column, field); `hint` says what to do next.
/// `cause` is for logs only and is never shown to a client.
package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case invalid, unauthenticated, denied, notFound, conflict, exhausted, unavailable, unsupported, bug
    }

    package let code: Code
    package let message: String
    package let hint: String?
    package let cause: String?
    /// Seconds after which the same may go through; nil when nobody knows.
    package let retryAfter: Int?

    package init(
        _ code: Code, _ message: String, hint: String? = nil, cause: String? = nil, retryAfter: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.cause = cause
        self.retryAfter = retryAfter
    }

    package var description: String { hint.map { "\(message)\n  \($0)" } ?? message }
}
