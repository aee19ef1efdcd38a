import MLflow
import Platform
import Tracking

/// The domains of the server. A domain is a folder and a line here.
enum Product {
    static let migrations: [Migration] = Tracking.migrations
    static let plugs: [Server.Plug] = [{ Tracking($0) }]
    static let errorForms: [ErrorForm] = MLflowErrors.forms
}
