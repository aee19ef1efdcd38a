import Core
import MLflow
import Platform

/// Where files were, and where they are after a migration: the folders of MLflow's machine become folders of this
/// server's store. What is in an object store stays there.
struct PlaceMapping: Sendable {
    /// Places of experiments without slashes at their ends, and what takes their place.
    private let roots: [String: String]
    /// Nothing moves but the spans that a database holds.
    private let isReference: Bool

    /// Leaves files where they are.
    static let reference = PlaceMapping(experiments: [], isReference: true)

    /// - Parameter experiments: number and artifact location of each.
    init(experiments: [(id: String, location: String)], isReference: Bool = false) {
        self.isReference = isReference
        var roots: [String: String] = [:]
        for (id, location) in experiments {
            let plain = Self.plain(location)
            guard roots[plain] == nil else { continue }
            if Self.localPath(location) != nil { roots[plain] = "mlflow-artifacts:/\(id)" }
            if Self.proxiedPath(location) != nil { roots[plain] = plain }
        }
        self.roots = roots
    }

    /// The tag of a trace that says where its spans are.
    static let traceLocationTag = "mlflow.artifactLocation"

    /// Rewrites the places in a row.
    /// - Parameter spans: the experiments of traces whose spans are rows of the source. They become an artifact of this
    ///   server, in which clients look for them at the place of the trace: so that place is here.
    func rewrite(_ row: inout [SQLValue], _ table: MigrationTable, spans: [MigrationKey: Int64]) {
        if !isReference { rewrite(&row, table) }
        guard let place = Self.traceLocation(row, table), case .text(let trace) = row[0], !Self.isHere(place),
            let experiment = spans[MigrationKey(trace)]
        else { return }
        row[2] = .text(Self.place(ofTrace: trace, in: experiment))
    }

    /// The row that says where the artifacts of a trace are, for one that lacks it.
    static func location(ofTrace trace: String, in experiment: Int64) -> [SQLValue] {
        [.text(trace), .text(traceLocationTag), .text(place(ofTrace: trace, in: experiment))]
    }

    private static func place(ofTrace trace: String, in experiment: Int64) -> String {
        "mlflow-artifacts:/\(experiment)/traces/\(trace)/artifacts"
    }

    /// Whether a place is in the store of whichever server is asked.
    static func isHere(_ place: String) -> Bool {
        place.hasPrefix("mlflow-artifacts:/") && !place.hasPrefix("mlflow-artifacts://")
    }

    private func rewrite(_ row: inout [SQLValue], _ table: MigrationTable) {
        for (index, column) in table.columns.enumerated() where column.values == .place {
            guard case .text(let place) = row[index] else { continue }
            let new = rewrite(place)
            row[index] = .text(Self.localPath(new) == nil ? new : Self.standard(row, table) ?? new)
        }
        if let place = Self.traceLocation(row, table) { row[2] = .text(rewrite(place)) }
    }

    /// Where a row of a trace's tags says that its artifacts are.
    static func traceLocation(_ row: [SQLValue], _ table: MigrationTable) -> String? {
        guard table == .traceTags, case .text(let key) = row[1], key.utf8.elementsEqual(traceLocationTag.utf8),
            case .text(let place) = row[2]
        else { return nil }
        return place
    }

    /// Where this server keeps files of a thing whose files were in a folder of no experiment.
    private static func standard(_ row: [SQLValue], _ table: MigrationTable) -> String? {
        guard case .integer(let experiment) = row[1], case .text(let id) = row[0] else { return nil }
        return switch table {
        case .runs: "mlflow-artifacts:/\(experiment)/\(id)/artifacts"
        case .loggedModels: "mlflow-artifacts:/\(experiment)/models/\(id)/artifacts"
        default: nil
        }
    }

    /// The new place of one that is in the folder of an experiment; others stay as they are.
    func rewrite(_ place: String) -> String {
        let plain = Self.plain(place)
        var root = plain[...]
        while true {
            if let new = roots[String(root)] { return new + plain[root.endIndex...] }
            guard let slash = root.lastIndex(of: "/"), slash > root.startIndex else { break }
            root = root[..<slash]
        }
        return Self.proxiedPath(place) == nil ? place : plain
    }

    /// A place as it is looked up: a file's URI as a path, and a proxied place without the host that proxies it.
    static func plain(_ place: String) -> String {
        if let path = localPath(place) { return path }
        if let path = proxiedPath(place) { return "mlflow-artifacts:/\(path)" }
        return place
    }

    /// The path on MLflow's machine that a place means: `file:///a/b`, `file:/a/b`, `/a/b`, `./a/b`.
    static func localPath(_ place: String) -> String? {
        if place.hasPrefix("file:") {
            var rest = place.dropFirst("file:".count)
            if rest.hasPrefix("//") {
                rest = rest.dropFirst(2)
                if rest.hasPrefix("localhost/") { rest = rest.dropFirst("localhost".count) }
            }
            guard rest.hasPrefix("/") else { return nil }
            return trimmed(PercentEncoding.decode(String(rest)) ?? String(rest))
        }
        guard !place.isEmpty, !place.prefix(while: { $0 != "/" }).contains(":") else { return nil }
        return trimmed(place)
    }

    /// The path in the store that MLflow's server stands in front of: of `mlflow-artifacts:/0/x` it is `0/x`.
    static func proxiedPath(_ place: String) -> String? {
        guard place.hasPrefix("mlflow-artifacts:") else { return nil }
        var rest = place.dropFirst("mlflow-artifacts:".count)
        if rest.hasPrefix("//") { rest = rest.dropFirst(2).drop { $0 != "/" } }
        return trimmed(String(rest.drop { $0 == "/" }))
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        return String(path)
    }
}
