package import Core

/// Every method the program knows, by name; `docs/reference/methods.md` is written from it.
package enum MethodCatalog {
    /// Methods for one column.
    package static let columns: [Method] =
        SciPyMethods.all + EvidentlyMethods.all + NannyMLMethods.all + CountsMethods.all

    /// Methods for several columns at once.
    package static let datasets: [DatasetMethod] =
        EvidentlyMethods.datasets + AlibiMethods.all + NannyMLMethods.datasets

    private static let byName = Dictionary(columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    private static let datasetsByName = Dictionary(
        datasets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Either kind of method.
    package enum Entry: Sendable {
        case column(Method)
        case dataset(DatasetMethod)
    }

    package static func method(named name: String) -> Method? { byName[name] }
    package static func datasetMethod(named name: String) -> DatasetMethod? { datasetsByName[name] }

    /// - Throws: `notFound` for an unknown name, with the nearest known one in the hint.
    package static func entry(named name: String) throws(Failure) -> Entry {
        if let method = byName[name] { return .column(method) }
        if let method = datasetsByName[name] { return .dataset(method) }
        throw Failure(
            .notFound, "there is no method named \"\(name)\"",
            hint: nearestName(to: name).map { "did you mean \"\($0)\"?" })
    }

    /// The column methods of one namespace (`scipy`, `evidently`, `nannyml`, `counts`, `steward`; `alibi` has data-set
    /// methods only). `scipy` includes `steward.psi`, which the scipy figures are compared with.
    package static func methods(compatibility: String) -> [Method] {
        columns.filter { method in
            method.namespace == compatibility || (compatibility == "scipy" && method.name == "steward.psi")
        }
    }

    /// The data-set methods of one namespace.
    package static func datasetMethods(compatibility: String) -> [DatasetMethod] {
        datasets.filter { $0.namespace == compatibility }
    }

    /// The known name with the fewest insertions, deletions and replacements from `name`, ignoring case; nil if even
    /// that is further than half of the name's length.
    package static func nearestName(to name: String) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(200))
        var best: (name: String, distance: Int)?
        for candidate in columns.map(\.name) + datasets.map(\.name) {
            // A key without its namespace is compared as a key.
            let whole = Array(candidate.lowercased().utf8)
            let key =
                wanted.contains(UInt8(ascii: ".")) ? whole : Array(whole.drop { $0 != UInt8(ascii: ".") }.dropFirst())
            let distance = editDistance(wanted, key)
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= wanted.count / 2 else { return nil }
        return best.name
    }

    private static func editDistance(_ x: [UInt8], _ y: [UInt8]) -> Int {
        var row = Array(0...y.count)
        for (i, a) in x.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in y.enumerated() {
                let replaced = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[y.count]
    }
}
