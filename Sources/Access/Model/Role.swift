package import Core

/// What somebody may do everywhere. Roles are ordered: each may do what the one before it may.
package enum Role: String, Sendable, CaseIterable {
    case viewer, editor, approver, admin

    package var level: Permission.Level {
        switch self {
        case .viewer: .read
        case .editor: .edit
        case .approver: .approve
        case .admin: .administer
        }
    }

    /// - Throws: `invalid`, saying which there are.
    package init(named name: String) throws(Failure) {
        guard let role = Role(rawValue: name) else {
            throw Failure(
                .invalid, "'\(name.prefix(50))' is no role",
                hint: "Roles are \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        self = role
    }
}

extension Permission.Level {
    /// The word for it in APIs, commands and tables.
    package var word: String {
        switch self {
        case .read: "read"
        case .edit: "edit"
        case .approve: "approve"
        case .manage: "manage"
        case .administer: "administer"
        }
    }

    package init?(word: String) {
        guard let level = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = level
    }
}
