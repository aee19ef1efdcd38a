import MLflow
import Platform
import Tracking

/// The domains of the server. A domain is a folder and a line here.
enum Product {
    static let migrations: [Migration] = Tracking.migrations
    static let plugs: [Server.Plug] = [{ Tracking($0) }]
    /// The version of MLflow that clients are told: some of what they do depends on it.
    static let mlflowVersion = "3.18.0"
    static let errorForms: [ErrorForm] = MLflowErrors.forms
}
