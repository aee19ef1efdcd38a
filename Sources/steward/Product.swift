import Access
import MLflow
import Migration
import Platform
import Registry
import Tracking

/// The domains of the server. A domain is a folder and a line here.
enum Product {
    static let migrations: [Migration] = Tracking.migrations + Registry.migrations + Access.migrations

    /// What the domains are told beyond what every domain is.
    struct Settings: Sendable {
        var registry = Registry.Settings()
        var access = Access.Settings()
        /// The files of MLflow's own pages; nil when they are not served.
        var interface: InterfaceFiles?
    }

    static func domains(_ services: Services, _ settings: Settings) throws -> [any Domain] {
        let access = try Access(
            services, directories: [ExperimentDirectory(), ModelDirectory()], settings: settings.access)
        var services = services
        services.grants = access.subjectGrants
        let tracking = Tracking(
            services, uses: Registry.artifactUses, artifactSchemes: settings.registry.sourceCheck.furtherSchemes)
        let models = Registry(
            services, sources: tracking.modelSources, downloads: tracking.downloads, settings: settings.registry)
        let interface = try StockInterface(beside: tracking.endpoints + models.endpoints, files: settings.interface)
        return [tracking, models, access, interface]
    }

    /// The version of MLflow that clients are told: some of what they do depends on it.
    static let mlflowVersion = "3.18.0"
    static let errorForms: [ErrorForm] = MLflowErrors.forms
}

/// Who keeps what a migration brings.
extension Product: MigrationTarget {
    static var migrationStores: [any MigrationStore] {
        [TrackingMigration(), RegistryMigration(sources: TrackedModelSources())]
    }
    static var migrationFiles: any MigrationFiles { MigratedArtifacts() }
    static var migrationAccounts: (any MigrationAccounts)? { MigratedAccounts() }
}
