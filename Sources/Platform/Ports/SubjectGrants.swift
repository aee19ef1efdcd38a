package import Core

/// Keeps grants in step with what they are about. Domains call it in the transaction of the change, so that neither is
/// there without the other.
package protocol SubjectGrants: Sendable {
    /// Somebody made a subject, which they are to manage; those who may already are not asked about here.
    func add(_ level: Permission.Level, over subject: Subject, to origin: Origin, _ transaction: Transaction) throws

    /// A subject that is known by its name has another one now: grants for the exact name follow it.
    func rename(
        _ kind: Subject.Kind, from name: String, to newName: String, by origin: Origin, _ transaction: Transaction
    ) throws

    /// A subject that is known by its name is gone: whoever gets the name next must not find old grants for it.
    func remove(_ kind: Subject.Kind, named name: String, by origin: Origin, _ transaction: Transaction) throws
}

extension SubjectGrants {
    /// Lets whoever made a subject manage it.
    package func created(_ subject: Subject, by origin: Origin, _ transaction: Transaction) throws {
        if origin.principal.rights.allow(.manage, over: subject) { return }
        try add(.manage, over: subject, to: origin, transaction)
    }
}

/// Where nobody is told apart.
package struct NoSubjectGrants: SubjectGrants {
    package init() {}

    package func add(
        _ level: Permission.Level, over subject: Subject, to origin: Origin, _ transaction: Transaction
    ) {}
    package func rename(
        _ kind: Subject.Kind, from name: String, to newName: String, by origin: Origin, _ transaction: Transaction
    ) {}
    package func remove(_ kind: Subject.Kind, named name: String, by origin: Origin, _ transaction: Transaction) {}
}
