package import Core
package import Statistics

extension SageMaker {
    /// `constraints.json`: what a data set must satisfy.
    package struct Constraints: Sendable {
        package var features: [Feature]
        package var monitoring = Monitoring()

        package struct Feature: Sendable {
            package var name: String
            package var type: InferredType
            /// The share of values that must be present.
            package var completeness: Double?
            /// Kept and written; none of SageMaker's violation types checks it.
            package var isNonNegative: Bool?
            /// The values that a string may have.
            package var domains: [String]?
            /// `monitoringConfigOverrides`, applied over the global settings.
            package var overrides: JSON?
        }

        /// `monitoring_config`; the defaults are those of the suggestions that SageMaker writes.
        package struct Monitoring: Sendable {
            package enum Comparison: String, Sendable { case simple = "Simple", robust = "Robust" }
            package enum CategoricalMethod: String, Sendable { case lInfinity = "LInfinity", chiSquared = "ChiSquared" }

            package var evaluates = true
            package var emitsMetrics = true
            /// The least share of values of the expected type.
            package var datatypeThreshold = 1.0
            /// The least share of strings inside their domain.
            package var domainThreshold = 1.0
            package var comparesDistributions = true
            /// The largest distance that is no violation.
            package var comparisonThreshold = 0.1
            package var comparison = Comparison.robust
            /// The same for strings; `comparisonThreshold` when absent.
            package var categoricalThreshold: Double?
            package var categoricalMethod = CategoricalMethod.lInfinity
            package init() {}
        }

        package init(features: [Feature], monitoring: Monitoring = Monitoring()) {
            self.features = features
            self.monitoring = monitoring
        }

        /// - Throws: what reading a file throws, or `invalid` with the place in the document.
        package static func read(_ path: String) throws(Failure) -> Constraints {
            let document = try SageMaker.document(path)
            do {
                return try Constraints(document)
            } catch {
                throw Failure(error.code, "\(path): \(error.message)", hint: error.hint)
            }
        }

        package init(_ document: JSON) throws(Failure) {
            features = []
            for (index, feature) in try SageMaker.elements(document["features"], "features").enumerated() {
                features.append(try Feature(feature, "features[\(index)]"))
            }
            try monitoring.apply(document["monitoring_config"], "monitoring_config")
        }

        /// The global settings with the feature's own over them, which were checked when they were read.
        func settings(for feature: Feature) -> Monitoring {
            var settings = monitoring
            do {
                try settings.apply(feature.overrides, "monitoringConfigOverrides")
            } catch {
                return monitoring
            }
            return settings
        }
    }
}

extension SageMaker.Constraints.Feature {
    init(_ json: JSON, _ place: String) throws(Failure) {
        name = try SageMaker.text(json["name"], "\(place).name")
        type = try SageMaker.type(json["inferred_type"], "\(place).inferred_type")
        completeness = try SageMaker.number(json["completeness"], "\(place).completeness")
        isNonNegative = json["num_constraints"]?["is_non_negative"]?.flag
        if let list = json["string_constraints"]?["domains"], list != .null {
            var values: [String] = []
            for value in try SageMaker.elements(list, "\(place).string_constraints.domains") {
                values.append(try SageMaker.text(value, "\(place).string_constraints.domains"))
            }
            domains = values
        }
        overrides = json["monitoringConfigOverrides"] ?? json["monitoring_config_overrides"]
        // Reported where the file is read, not in the middle of a comparison.
        var settings = SageMaker.Constraints.Monitoring()
        try settings.apply(overrides, "\(place).monitoringConfigOverrides")
    }
}

extension SageMaker.Constraints.Monitoring {
    mutating func apply(_ json: JSON?, _ place: String) throws(Failure) {
        guard let json, json != .null else { return }
        if let value = try Self.flag(json["evaluate_constraints"], "\(place).evaluate_constraints") {
            evaluates = value
        }
        if let value = try Self.flag(json["emit_metrics"], "\(place).emit_metrics") { emitsMetrics = value }
        if let value = try SageMaker.number(json["datatype_check_threshold"], "\(place).datatype_check_threshold") {
            datatypeThreshold = value
        }
        if let value = try SageMaker.number(json["domain_content_threshold"], "\(place).domain_content_threshold") {
            domainThreshold = value
        }
        guard let distribution = json["distribution_constraints"], distribution != .null else { return }
        let here = "\(place).distribution_constraints"
        if let value = try Self.flag(distribution["perform_comparison"], "\(here).perform_comparison") {
            comparesDistributions = value
        }
        if let value = try SageMaker.number(distribution["comparison_threshold"], "\(here).comparison_threshold") {
            comparisonThreshold = value
        }
        if let value = try SageMaker.number(
            distribution["categorical_comparison_threshold"], "\(here).categorical_comparison_threshold")
        {
            categoricalThreshold = value
        }
        switch distribution["comparison_method"]?.text {
        case nil: break
        case "Simple", "linf_simple": comparison = .simple
        case "Robust", "linf_robust": comparison = .robust
        default: throw SageMaker.failure("\(here).comparison_method", "must be \"Simple\" or \"Robust\"")
        }
        switch distribution["categorical_drift_method"]?.text {
        case nil: break
        case "LInfinity": categoricalMethod = .lInfinity
        case "ChiSquared", "ChiSquare": categoricalMethod = .chiSquared
        default: throw SageMaker.failure("\(here).categorical_drift_method", "must be \"LInfinity\" or \"ChiSquared\"")
        }
    }

    private static func flag(_ json: JSON?, _ place: String) throws(Failure) -> Bool? {
        switch json?.text {
        case nil: return nil
        case "Enabled": return true
        case "Disabled": return false
        default: throw SageMaker.failure(place, "must be \"Enabled\" or \"Disabled\"")
        }
    }
}

// MARK: Suggestions

extension SageMaker.Constraints {
    /// Strings with more distinct values than this get no domain.
    package static let domainLimit = 100

    /// What a baseline job suggests: the types, completeness, signs and small domains that were seen.
    package init(suggestedFor profile: TableProfile) {
        self.init(
            features: profile.columns.map { column in
                let present = column.rows - column.missing
                var feature = Feature(name: column.name, type: SageMaker.type(of: column))
                feature.completeness = column.rows > 0 ? Double(present) / Double(column.rows) : nil
                if let moments = column.moments, feature.type != .string, moments.count > 0 {
                    feature.isNonNegative = moments.minimum >= 0 && column.numbers?.negativeInfinite == 0
                }
                if let counts = column.categoryCounts, counts.isExact, column.kind != .text,
                    (1...Self.domainLimit).contains(counts.counts.count)
                {
                    feature.domains = counts.counts.map(\.0)
                }
                return feature
            })
    }

    package var document: JSON {
        .record([
            "version": .number(0),
            "features": .array(
                features.map { feature in
                    var members: [JSON.Member] = [
                        .init("name", .string(feature.name)),
                        .init("inferred_type", .string(feature.type.rawValue)),
                        .init("completeness", .optional(feature.completeness)),
                    ]
                    if let flag = feature.isNonNegative {
                        members.append(.init("num_constraints", .record(["is_non_negative": .bool(flag)])))
                    }
                    if let domains = feature.domains {
                        let list = JSON.array(domains.map(JSON.string))
                        members.append(.init("string_constraints", .record(["domains": list])))
                    }
                    if let overrides = feature.overrides {
                        members.append(.init("monitoringConfigOverrides", overrides))
                    }
                    return .object(members)
                }),
            "monitoring_config": monitoring.document,
        ])
    }
}

extension SageMaker.Constraints.Feature {
    init(name: String, type: SageMaker.InferredType) {
        self.name = name
        self.type = type
    }
}

extension SageMaker.Constraints.Monitoring {
    var document: JSON {
        func flag(_ value: Bool) -> JSON { .string(value ? "Enabled" : "Disabled") }
        return .record([
            "evaluate_constraints": flag(evaluates),
            "emit_metrics": flag(emitsMetrics),
            "datatype_check_threshold": .number(datatypeThreshold),
            "domain_content_threshold": .number(domainThreshold),
            "distribution_constraints": .record([
                "perform_comparison": flag(comparesDistributions),
                "comparison_threshold": .number(comparisonThreshold),
                "comparison_method": .string(comparison.rawValue),
                "categorical_comparison_threshold": .number(categoricalThreshold ?? comparisonThreshold),
                "categorical_drift_method": .string(categoricalMethod.rawValue),
            ]),
        ])
    }
}
