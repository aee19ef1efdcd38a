package import Platform

/// Experiments and their runs: what was tried, with which parameters, and what came of it.
package struct Tracking: Domain {
    package static let name = "tracking"

    package static let migrations = ExperimentMigrations.all

    let services: Services

    package init(_ services: Services) { self.services = services }

    package var endpoints: [Endpoint] { [] }
}
