package import Core
package import Platform

/// Experiments, as whoever gives rights over them knows them.
package struct ExperimentDirectory: SubjectDirectory {
    package init() {}

    package func subject(_ kind: Subject.Kind, _ target: Grant.Target, _ sql: any SQLConnection) throws -> Subject? {
        guard kind == .experiment else { return nil }
        let store = ExperimentStore(sql)
        let found: Experiment? =
            switch target {
            case .id(let id): try store.find(id)
            case .name(let name): try store.find(name: name)
            case .pattern: nil
            }
        return found.map { .experiment($0.id, $0.name) }
    }
}
