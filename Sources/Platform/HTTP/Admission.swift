package import Core

/// Decides whether a principal may use an endpoint: the one place where rights are held against what is asked for.
package enum Admission {
    /// - Throws: `unauthenticated` when nobody has signed in, `denied` for what they may not do, and for what they may
    ///   not even know of the failure that says it is not there.
    static func check(_ principal: Principal?, _ endpoint: Endpoint, _ request: Request) async throws {
        if endpoint.access == .anyone { return }
        guard let principal else {
            throw Failure(.unauthenticated, "nobody is signed in", hint: "Send credentials.")
        }
        guard case .may(let permission) = endpoint.access else { return }
        if principal.rights.holdEverywhere(permission.level) { return }
        switch endpoint.scope {
        case .everything: throw denial(principal, permission)
        case .filtered: return
        case .subjects(let find):
            for concern in try await find(endpoint.streams ? request.withoutBody : request) {
                try check(principal, permission, concern)
            }
        }
    }

    private static func check(
        _ principal: Principal, _ permission: Permission, _ concern: Concern
    ) throws(Failure) {
        switch concern {
        case .missing(let absence): throw absence
        case .existing(let subject, let needs, let absence):
            guard let level = principal.rights.level(over: subject) else { throw absence }
            guard level >= needs ?? permission.level else { throw denial(principal, permission, subject, needs) }
        case .new(let subject):
            guard principal.rights.allow(permission.level, over: subject) else {
                throw denial(principal, permission, subject)
            }
        case .everything(let needs):
            guard principal.rights.holdEverywhere(needs ?? permission.level) else {
                throw denial(principal, permission)
            }
        }
    }

    /// What somebody is told who may not do something.
    package static func denial(
        _ principal: Principal, _ permission: Permission, _ subject: Subject? = nil, _ needs: Permission.Level? = nil
    ) -> Failure {
        let place =
            switch subject?.kind {
            case .experiment: " for the experiment '\(subject?.name.prefix(300) ?? "")'"
            case .registeredModel: " for the model '\(subject?.name.prefix(300) ?? "")'"
            case nil: ""
            }
        // A subject of another kind than the endpoint's permission is about.
        let right =
            needs.map { "the right to \($0) it" }.flatMap { permission.kind == subject?.kind ? nil : $0 }
            ?? "the permission \(permission.name)"
        return Failure(
            .denied, "\(principal.name) lacks \(right)\(place)",
            hint: "Somebody who manages it, or an administrator, can grant it.")
    }
}
