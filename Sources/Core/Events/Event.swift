/// A fact about governed state, in the past tense: what the audit trail keeps, what reactors and webhooks are told.
///
/// An event is recorded in the transaction of the change it tells of; neither exists without the other.
package struct Event: Sendable {
    /// The domain and what happened: `registry.version-registered`.
    package let kind: String
    /// What it happened to, as a path of kind and name: `model/7/version/3`. Queries for a history use it.
    package let subject: String
    /// The particulars, as an object. Bounded by the domain: identifiers, old and new values, never data rows.
    package let details: JSON

    package init(_ kind: String, _ subject: String, _ details: KeyValuePairs<String, JSON> = [:]) {
        self.kind = kind
        self.subject = subject
        self.details = .record(details)
    }

    /// For what is read back from the log.
    package init(kind: String, subject: String, details: JSON) {
        self.kind = kind
        self.subject = subject
        self.details = details
    }

    /// Joins names from outside into a subject; `/` and `%` in a name are percent-encoded, so that a subject can be
    /// taken apart again and no name can pretend to be another's part.
    package static func subject(_ parts: String...) -> String {
        parts.map { part in
            guard part.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else { return part }
            var bytes: [UInt8] = []
            for byte in part.utf8 {
                switch byte {
                case UInt8(ascii: "/"): bytes.append(contentsOf: "%2F".utf8)
                case UInt8(ascii: "%"): bytes.append(contentsOf: "%25".utf8)
                default: bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }.joined(separator: "/")
    }
}

/// An event as it stands in the log.
package struct RecordedEvent: Sendable {
    /// Position in the log, counted from 0 without gaps.
    package let sequence: Int64
    package let time: Timestamp
    package let event: Event
    package let principal: String
    package let requestID: String?
    package let reason: String?

    package init(
        sequence: Int64, time: Timestamp, event: Event, principal: String, requestID: String?, reason: String?
    ) {
        self.sequence = sequence
        self.time = time
        self.event = event
        self.principal = principal
        self.requestID = requestID
        self.reason = reason
    }
}
