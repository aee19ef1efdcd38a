/// What somebody may do: a level over everything, which comes with a role, and grants over some subjects.
///
/// The level over a subject is the highest of those that apply to it; a refusal that applies leaves none at all, except
/// to those who administer the server. Rights may be bounded by others, as those of a token are by its scope: then both
/// count, and the lower level.
package struct Rights: Sendable {
    /// Held over everything, also over what does not exist yet; nil for none.
    package let level: Permission.Level?
    package let grants: [Grant]
    /// Rights that have to allow something, too.
    package let bounds: [Rights]
    /// Whether there are refusals that count.
    private let isRestricted: Bool

    package init(_ level: Permission.Level?, grants: [Grant] = []) { self.init(level, grants, []) }

    private init(_ level: Permission.Level?, _ grants: [Grant], _ bounds: [Rights]) {
        self.level = level
        self.grants = level == .administer ? [] : grants
        self.bounds = bounds
        isRestricted = self.grants.contains { $0.level == nil } || bounds.contains { $0.isRestricted }
    }

    package static let everything = Rights(.administer)
    package static let nothing = Rights(nil)

    /// The same rights, as far as `bound` gives them, too.
    package func limited(to bound: Rights) -> Rights { Rights(level, grants, bounds + [bound]) }

    /// Whether `level` is held over everything without exception. The answer costs next to nothing: it is asked first,
    /// on every request.
    package func holdEverywhere(_ level: Permission.Level) -> Bool { !isRestricted && reach(level) }

    private func reach(_ level: Permission.Level) -> Bool {
        guard let own = self.level, own >= level else { return false }
        return bounds.allSatisfy { $0.reach(level) }
    }

    /// - Returns: nil when not even its existence is their business.
    package func level(over subject: Subject) -> Permission.Level? {
        guard var held = ownLevel(over: subject) else { return nil }
        for bound in bounds {
            guard let level = bound.level(over: subject) else { return nil }
            held = min(held, level)
        }
        return held
    }

    private func ownLevel(over subject: Subject) -> Permission.Level? {
        var held = level
        for grant in grants where grant.applies(to: subject) {
            guard let level = grant.level else { return nil }
            held = held.map { max($0, level) } ?? level
        }
        return held
    }

    package func allow(_ level: Permission.Level, over subject: Subject) -> Bool {
        self.level(over: subject).map { $0 >= level } ?? false
    }
}
