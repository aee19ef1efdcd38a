import Access
import MLflow
import Platform
import Registry
import Tracking

/// The domains of the server. A domain is a folder and a line here.
enum Product {
    static let migrations: [Migration] = Tracking.migrations + Registry.migrations + Access.migrations

    static func domains(
        _ services: Services, _ registry: Registry.Settings, _ access: Access.Settings
    ) throws -> [any Domain] {
        let tracking = Tracking(
            services, uses: Registry.artifactUses, artifactSchemes: registry.sourceCheck.furtherSchemes)
        return [
            tracking,
            Registry(
                services, sources: tracking.modelSources, downloads: tracking.downloads, settings: registry),
            try Access(services, directories: [ExperimentDirectory(), ModelDirectory()], settings: access),
        ]
    }

    /// The version of MLflow that clients are told: some of what they do depends on it.
    static let mlflowVersion = "3.18.0"
    static let errorForms: [ErrorForm] = MLflowErrors.forms
}
