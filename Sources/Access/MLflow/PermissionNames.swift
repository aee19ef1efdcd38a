import Core

/// MLflow's names of what we call levels. It has USE, which lets nobody change anything, and no word for `approve`.
enum MLflowPermission {
    static func name(_ level: Permission.Level?) -> String {
        switch level {
        case nil: "NO_PERMISSIONS"
        case .read: "READ"
        case .edit, .approve: "EDIT"
        case .manage, .administer: "MANAGE"
        }
    }

    /// - Returns: nil for what refuses.
    /// - Throws: `invalid`, saying which there are.
    static func level(_ name: String) throws(Failure) -> Permission.Level? {
        switch name {
        case "READ", "USE": return .read
        case "EDIT": return .edit
        case "MANAGE": return .manage
        case "NO_PERMISSIONS", "DENY": return nil
        default:
            throw Failure(
                .invalid,
                "Invalid permission '\(name.prefix(50))'. Valid permissions are: "
                    + "('READ', 'USE', 'EDIT', 'MANAGE', 'NO_PERMISSIONS', 'DENY')")
        }
    }

    /// What MLflow 3.18 calls a resource. Prompts are registered models here, as they are in its clients.
    /// - Throws: `invalid` for what this server has no permissions for.
    static func target(_ type: String, _ resource: String) throws(Failure) -> GrantTarget {
        let kind: Subject.Kind
        switch type {
        case "experiment": kind = .experiment
        case "registered_model", "prompt": kind = .registeredModel
        default:
            throw Failure(
                .invalid,
                "Invalid resource type '\(type.prefix(50))'. Valid resource types are: "
                    + "('experiment', 'prompt', 'registered_model')")
        }
        if resource == "*" { return try GrantTarget(kind, "pattern", resource) }
        return try GrantTarget(kind, kind == .experiment ? "id" : "name", resource)
    }
}
