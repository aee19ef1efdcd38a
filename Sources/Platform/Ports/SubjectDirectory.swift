package import Core

/// Knows the subjects of a kind, for whoever gives rights over them.
package protocol SubjectDirectory: Sendable {
    /// - Returns: nil when there is no such subject, or it is of a kind that somebody else knows.
    func subject(_ kind: Subject.Kind, _ target: Grant.Target, _ sql: any SQLConnection) throws -> Subject?
}
