package import Core
package import Platform

/// Registered models, as whoever gives rights over them knows them.
package struct ModelDirectory: SubjectDirectory {
    package init() {}

    package func subject(_ kind: Subject.Kind, _ target: Grant.Target, _ sql: any SQLConnection) throws -> Subject? {
        guard kind == .registeredModel, case .name(let name) = target else { return nil }
        return try RegistryReader(sql).model(named: name).map { .registeredModel($0.name) }
    }
}
