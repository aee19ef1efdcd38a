import Core
import Platform

/// Keeps the grants of users in step with what they are about.
struct AccessSubjectGrants: SubjectGrants {
    let state: AccessState
    let now: @Sendable () -> Timestamp

    func add(
        _ level: Permission.Level, over subject: Subject, to origin: Origin, _ transaction: Transaction
    ) throws {
        // Programs that others vouch for have no account to keep a grant for.
        guard [.password, .token, .session].contains(origin.principal.method),
            let user = try AccessReader(transaction.sql).user(named: origin.principal.name),
            // The rights of a token may be less than those of its owner.
            try !AccessReader(transaction.sql).rights(of: user).allow(level, over: subject)
        else { return }
        let target = GrantTarget(subject.kind, subject.id.map { .id($0) } ?? .name(subject.name))
        try write(origin, transaction) { _ = try $0.setGrant(.user(user.id), target, level) }
    }

    func rename(
        _ kind: Subject.Kind, from name: String, to newName: String, by origin: Origin, _ transaction: Transaction
    ) throws {
        try forEach(kind, name, origin, transaction) { writer, grant in
            try writer.remove(grant)
            _ = try writer.setGrant(grant.holder, GrantTarget(kind, .name(newName)), grant.level)
        }
    }

    func remove(_ kind: Subject.Kind, named name: String, by origin: Origin, _ transaction: Transaction) throws {
        try forEach(kind, name, origin, transaction) { writer, grant in try writer.remove(grant) }
    }

    private func forEach(
        _ kind: Subject.Kind, _ name: String, _ origin: Origin, _ transaction: Transaction,
        _ body: (AccessWriter, AccessGrant) throws -> Void
    ) throws {
        let grants = try AccessReader(transaction.sql).grants(over: GrantTarget(kind, .name(name)))
        if grants.isEmpty { return }
        try write(origin, transaction) { writer in
            for grant in grants { try body(writer, grant) }
        }
    }

    private func write(
        _ origin: Origin, _ transaction: Transaction, _ body: (AccessWriter) throws -> Void
    ) throws {
        let writer = try AccessWriter(transaction, origin, now: now())
        try body(writer)
        let version = writer.version
        transaction.afterCommit { [state] in state.note(version: version, hasUsers: true) }
    }
}
