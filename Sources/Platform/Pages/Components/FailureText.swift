package import Core

/// What readers are told of a failure.
package struct FailureText: Sendable {
    package let message: String
    package let hint: String?

    /// - Returns: nil for what is not about the input, and belongs on a page of its own.
    package init?(_ failure: Failure) {
        guard failure.code == .invalid || failure.code == .conflict else { return nil }
        message = failure.message
        hint = failure.hint
    }
}
