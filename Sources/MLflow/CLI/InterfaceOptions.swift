import ArgumentParser
package import Core
package import Platform

/// What `steward serve` can be told about MLflow's own pages.
package struct InterfaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve MLflow's own pages below /mlflow/, from an installed MLflow: a virtual environment, or auto.",
            valueName: "folder"))
    var mlflowUi: String?

    package init() {}

    /// The names of these options as settings.
    package static let names = ["mlflow_ui"]

    /// - Returns: nil when the pages are not wanted.
    package func files(_ settings: Settings, environment: [String: String]) throws(Failure) -> InterfaceFiles? {
        guard let place = try settings.text("mlflow_ui", flag: mlflowUi) else { return nil }
        return try InterfaceFiles(place, environment: environment)
    }
}
