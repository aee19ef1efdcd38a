package import Core

/// What pages offer to whom. What is not offered is refused, too: by the endpoint.
extension Principal {
    /// Whether there may be anything they have the right to: over everything, or over some subjects. What is about the
    /// server as a whole tells of everything, so there is no exception to it.
    package func may(_ permission: Permission) -> Bool {
        guard let kind = permission.kind else { return rights.holdEverywhere(permission.level) }
        return rights.reach(permission.level, kind)
    }

    package func may(_ permission: Permission, over subject: Subject) -> Bool {
        rights.allow(permission.level, over: subject)
    }
}

extension Rights {
    fileprivate func reach(_ level: Permission.Level, _ kind: Subject.Kind) -> Bool {
        let everywhere = self.level.map { $0 >= level } ?? false
        let somewhere = grants.contains { $0.kind == kind && $0.level.map { $0 >= level } ?? false }
        return (everywhere || somewhere) && bounds.allSatisfy { $0.reach(level, kind) }
    }
}
