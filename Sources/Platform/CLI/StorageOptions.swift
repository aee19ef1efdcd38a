package import ArgumentParser
package import Core

/// Where a server keeps things: what `serve`, `backup` and `restore` are told alike.
package struct StorageOptions: ParsableArguments {
    @Option(help: "Folder for everything the server keeps. (default: ./steward-data)")
    package var data: String?

    @Option(help: "SQLite file or postgresql:// address. (default: steward.db in the data folder)")
    package var database: String?

    @Option(help: "Folder for artifacts. (default: artifacts in the data folder)")
    package var artifacts: String?

    package init() {}

    /// The names of these options as settings.
    package static let names = ["data", "database", "artifacts"]

    package func apply(to server: inout ServerSettings, _ settings: Settings) throws(Failure) {
        if let data = try settings.text("data", flag: data) { server.dataFolder = data }
        server.database = try settings.text("database", flag: database)
        server.artifactFolder = try settings.text("artifacts", flag: artifacts)
    }
}
