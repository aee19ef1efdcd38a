import Core
import Platform

/// What both APIs and the pages do with grants alike.
extension Access {
    /// Whoever manages a thing may say who else may do what with it; over whatever matches a pattern, administrators.
    ///
    /// The same check as for endpoints whose subject stands in the request, for those whose subject is found on the
    /// way.
    /// - Throws: `denied`; `notFound` for what the principal may not know of.
    func checkGranting(over target: GrantTarget, _ principal: Principal) async throws(Failure) {
        if principal.rights.holdEverywhere(.manage) { return }
        let permission: Permission = target.kind == .experiment ? .experimentGrant : .modelGrant
        let subject = try await subject(of: target)
        let absence = Self.absence(of: target)
        guard let subject else {
            if case .pattern = target.value { throw Admission.denial(principal, permission) }
            throw absence
        }
        guard let level = principal.rights.level(over: subject) else { throw absence }
        guard level >= .manage else { throw Admission.denial(principal, permission, subject) }
    }

    /// - Returns: nil when there is none, and for patterns.
    func subject(of target: GrantTarget) async throws(Failure) -> Subject? {
        if case .pattern = target.value { return nil }
        let directories = directories
        return try await services.database.read { sql in
            for directory in directories {
                if let subject = try directory.subject(target.kind, target.value, sql) { return subject }
            }
            return nil
        }
    }

    /// What a grant is kept for. The exact name of an experiment stands for the experiment that has it now: the grant
    /// follows it to another name, and nobody gets it who takes the name later.
    /// - Throws: `notFound` for an experiment that is not there, and for one that the principal may not know of.
    func kept(_ target: GrantTarget, _ principal: Principal) async throws(Failure) -> GrantTarget {
        guard target.kind == .experiment, case .name = target.value else { return target }
        guard let subject = try await subject(of: target), let id = subject.id,
            principal.rights.level(over: subject) != nil
        else { throw Self.absence(of: target) }
        return GrantTarget(.experiment, .id(id))
    }

    private static func absence(of target: GrantTarget) -> Failure {
        switch target.kind {
        case .experiment: Failure(.notFound, "there is no experiment '\(target.text.prefix(200))'")
        case .registeredModel: Failure(.notFound, "there is no registered model '\(target.text.prefix(200))'")
        }
    }

    /// What a user may do with a thing, all told.
    func level(of user: User, over target: GrantTarget) async throws(Failure) -> Permission.Level? {
        let rights = try await read { try $0.rights(of: user) }
        if let subject = try await subject(of: target) { return rights.level(over: subject) }
        switch target.value {
        case .id(let id):
            // A refusal by name does not reach what has none: whoever is refused something is told the same of what is
            // hidden and of what is not there.
            guard rights.level == nil || rights.holdEverywhere(.read) else { return nil }
            return rights.level(over: .experiment(id, ""))
        case .name(let name): return rights.level(over: Subject(target.kind, id: nil, name: name))
        case .pattern: return rights.level
        }
    }
}
