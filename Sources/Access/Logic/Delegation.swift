import Core

/// What somebody may pass on: no more than they have.
enum Delegation {
    /// The highest level that a user has anywhere.
    static func reach(_ rights: Rights) -> Permission.Level? {
        (rights.grants.compactMap(\.level) + [rights.level].compactMap(\.self)).max()
    }

    /// - Parameters:
    ///   - owner: what the account may do that the token is for.
    ///   - maker: what the principal may do who makes it: less than the owner, when signed in by a token of small
    ///     scope.
    /// - Throws: `denied` for a scope that is wider than either.
    static func check(_ scope: TokenScope, owner: Rights, maker: Rights) throws(Failure) {
        guard let reach = reach(owner) else {
            throw Failure(.denied, "the account of the token has no rights", hint: "Give it a role or a grant first.")
        }
        guard scope.level <= reach else {
            throw Failure(
                .denied, "a token that may \(scope.level.word) may do more than its owner, who may \(reach.word)",
                hint: "Choose a level of \(reach.word) or less.")
        }
        // A bound with subjects has no level over everything: what it makes could reach beyond.
        guard maker.bounds.allSatisfy({ ($0.level ?? .read) >= scope.level && $0.level != nil }) else {
            throw Failure(
                .denied, "a token cannot make one of a wider scope than its own",
                hint: "Sign in with your password instead.")
        }
    }

    /// When a new token ends.
    /// - Parameters:
    ///   - maker: the token it is made with; nil for a password or a signed-in browser.
    ///   - isAdmin: whether the maker administers everything. They could make an account that stays, so that it would
    ///     protect nothing if their tokens had to end.
    /// - Returns: nil for never.
    /// - Throws: `denied` for a token that would outlive the one it is made with.
    static func expiry(
        _ wanted: TokenExpiry, of maker: AccessToken?, isAdmin: Bool, now: Timestamp
    ) throws(Failure) -> Timestamp? {
        let limit = isAdmin ? nil : maker?.expires
        let expiry: Timestamp?
        switch wanted {
        case .never: expiry = nil
        case .at(let time): expiry = time
        case .standard:
            let usual = now.adding(milliseconds: TokenExpiry.standardDays * 86_400_000)
            return limit.map { min($0, usual) } ?? usual
        }
        guard let limit else { return expiry }
        guard let expiry, expiry <= limit else {
            throw Failure(
                .denied, "a token cannot make one that outlives it",
                hint: "Sign in with your password instead, or let it expire by \(limit.rfc3339).")
        }
        return expiry
    }
}
