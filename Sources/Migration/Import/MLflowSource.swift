import Core
import Foundation
import Platform

/// Where MLflow keeps what is to be imported, as it was named: a database, or a running server.
enum MLflowSource: Sendable {
    case database(DatabaseLocation)
    case server(String)

    /// - Parameter text: as `mlflow server --backend-store-uri` takes it, a path, or the address of a server.
    init(_ text: String) throws(Failure) {
        let lower = text.lowercased()
        if lower.hasPrefix("http://") || lower.hasPrefix("https://") {
            // It may be a password, and an address stands in reports and in the log.
            guard !text.contains("@") else {
                throw Failure(
                    .invalid, "the address of the server holds a user",
                    hint: "Leave it out, and set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.")
            }
            self = .server(text)
            return
        }
        self = .database(try Self.database(text))
    }

    /// - Parameter text: as SQLAlchemy names databases, or a path.
    static func database(_ text: String) throws(Failure) -> DatabaseLocation {
        let lower = text.lowercased()
        // As SQLAlchemy names drivers.
        for driver in ["postgresql+psycopg2://", "postgresql+psycopg://", "postgresql+asyncpg://"]
        where lower.hasPrefix(driver) {
            return try DatabaseLocation("postgresql://" + text.dropFirst(driver.count))
        }
        // What follows a question mark are settings of the driver.
        if lower.hasPrefix("sqlite:///"), let end = text.firstIndex(of: "?") {
            return try database(String(text[..<end]))
        }
        guard !lower.hasPrefix("mysql"), !lower.hasPrefix("mssql") else {
            throw Failure(
                .unsupported, "databases of that kind cannot be read",
                hint: "Start MLflow's server on it and import from there: steward import mlflow http://...")
        }
        let location = try DatabaseLocation(text)
        if case .sqlite(let path) = location { try Self.check(path) }
        return location
    }

    /// SQLite would make an empty database of a name that is wrong.
    private static func check(_ path: String) throws(Failure) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Failure(
                .notFound, "\(path): no such file",
                hint: "Name the database as `mlflow server` does: sqlite:////var/lib/mlflow/mlflow.db, or its path.")
        }
        guard !isFolder.boolValue else {
            throw Failure(
                .unsupported, "\(path): is a folder; MLflow's file store cannot be read",
                hint: "Turn it into a database first: mlflow migrate-filestore --source \(ShellWord.quoted(path)) "
                    + "--target sqlite:///mlflow.db (MLflow 3.10 or later).")
        }
        let beginning = try FileContents.beginning(of: path, count: 16)
        guard beginning.starts(with: "SQLite format 3".utf8) else {
            throw Failure(.invalid, "\(path): is no SQLite database")
        }
    }

    /// Without a password.
    var description: String {
        switch self {
        case .database(let location): location.description
        case .server(let address): address
        }
    }
}
