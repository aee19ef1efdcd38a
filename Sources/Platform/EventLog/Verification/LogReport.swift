/// What a verification found.
package struct LogReport: Sendable {
    /// The log's checkpoint; nil when there is none that can be believed.
    package var checkpoint: TrustedCheckpoint?
    /// How many entries were read and hashed.
    package var entries: Int64 = 0
    /// In the order of the log. Empty when nothing is wrong.
    package var findings: [LogFinding] = []
    /// False when the verification stopped early: too many findings, or nothing more to go by.
    package var isComplete = false

    /// Nothing has been changed, removed, inserted or reordered since the checkpoint was signed.
    package var isIntact: Bool { checkpoint != nil && isComplete && findings.isEmpty }
}

/// One thing that is wrong with a log.
package struct LogFinding: Sendable, Equatable {
    /// The file it was found in.
    package let file: String
    /// The entry, if it is about one.
    package let entry: Int64?
    package let message: String
    package let kind: Kind

    package enum Kind: String, Sendable {
        /// What is there does not fit the signed root.
        case damaged
        /// The log has fewer entries than it had.
        case rolledBack = "rolled-back"
        /// The log has other entries than it had: its history was changed, or it was forked.
        case rewritten
        /// The log is signed with another key than it was.
        case keyChanged = "key-changed"
    }

    package init(_ file: String, entry: Int64? = nil, _ message: String, _ kind: Kind = .damaged) {
        self.file = file
        self.entry = entry
        self.message = message
        self.kind = kind
    }
}
