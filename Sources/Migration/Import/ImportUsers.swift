import Core
import MLflow
import Platform

extension MLflowImport {
    /// Brings the users of MLflow's basic-auth app, after what their rights are over.
    func addUsers(
        _ session: DatabaseSession, _ transfer: Transfer, _ report: inout TransferReport
    ) throws(Failure) {
        guard let source = settings.users else { return }
        guard let accounts = Target.migrationAccounts else {
            throw Failure(.unsupported, "this program keeps no users")
        }
        let found = try MLflowAccounts.read(MLflowSource.database(source), workspace: settings.workspace)
        var users = UserReport()
        for user in found.users {
            let user = try withRights(user, transfer, &report)
            do throws(Failure) {
                let isNew = try session.write { [world, settings] in
                    try accounts.add(user, role: settings.userRole, $0, by: transfer.origin, now: world.now())
                }
                if isNew { users.written += 1 } else { users.unchanged += 1 }
            } catch {
                guard error.code != .unavailable else { throw error }
                users.leftOut += 1
                report.add(.leftOut, "user", user.name, error.message)
            }
        }
        if found.promptWildcards > 0 {
            report.add(
                .note, "rights over all prompts", "",
                "\(found.promptWildcards) not taken along: here they would be over all registered models")
        }
        report.users = users
    }

    /// The user without rights over what has not come: its number or name means something else here, or will.
    private func withRights(
        _ user: MigratedUser, _ transfer: Transfer, _ report: inout TransferReport
    ) throws(Failure) -> MigratedUser {
        var kept: [MigratedUser.Permission] = []
        for permission in user.permissions {
            let isHere: Bool
            switch permission.subject {
            case .experiment(let id): isHere = try transfer.isOnBothSides(.experiment, id)
            case .registeredModel(let name): isHere = try transfer.isOnBothSides(.registeredModel, name)
            case .everyExperiment, .everyRegisteredModel: isHere = true
            }
            if isHere { kept.append(permission) }
        }
        let dropped = user.permissions.count - kept.count
        if dropped > 0 {
            report.add(
                .note, "user", user.name, "\(dropped) rights over experiments or models that have not come stay behind")
        }
        return MigratedUser(
            name: user.name, passwordHash: user.passwordHash, isAdmin: user.isAdmin, permissions: kept)
    }
}
