package import Core

/// What the process answers; the one table from failures to exit statuses.
package enum ExitStatus: Int32, Sendable {
    /// Done; nothing to report.
    case ok = 0
    /// Done; the answer is "no": drift was found, a gate refused.
    case found = 1
    /// Bad usage or bad input; also what sysexits call EX_USAGE and EX_DATAERR.
    case invalid = 2
    /// The question could not be decided.
    case undecided = 3
    /// Something outside is missing or broken, or Steward has a bug.
    case failed = 4

    package init(_ code: Failure.Code) {
        switch code {
        case .invalid, .notFound, .conflict, .unsupported: self = .invalid
        case .unauthenticated, .denied, .exhausted, .unavailable, .bug: self = .failed
        }
    }
}
