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

    package static func method(named name: String) -> Method? { byName[name] }
    package static func datasetMethod(named name: String) -> DatasetMethod? { datasetsByName[name] }

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
}
