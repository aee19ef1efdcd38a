package import Core
package import Statistics

extension SageMaker {
    /// One entry of `constraint_violations.json`.
    package struct Violation: Sendable, Equatable {
        package enum Check: String, Sendable, CaseIterable {
            case dataType = "data_type_check"
            case completeness = "completeness_check"
            case baselineDrift = "baseline_drift_check"
            case missingColumn = "missing_column_check"
            case extraColumn = "extra_column_check"
            case categoricalValues = "categorical_values_check"
        }

        package var feature: String
        package var check: Check
        package var description: String

        package init(feature: String, check: Check, description: String) {
            self.feature = feature
            self.check = check
            self.description = description
        }
    }

    /// Checks a data set against the constraints and its distributions against the baseline.
    ///
    /// Differences from SageMaker, where its documents leave room: the schema checks name the columns; a numeric value
    /// is what Steward's reader took for a number; the chi-squared method flags a p-value at or below the threshold.
    /// - Parameters:
    ///   - constraints: of the baseline; `Constraints(suggestedFor:)` when there is no file.
    ///   - statistics: the profile of the baseline (`Statistics.read(path).profile`), or nil to skip the drift check.
    ///   - current: the profile of the data to check, best read without forcing kinds.
    /// - Throws: `invalid` when the settings of a feature are not understood.
    package static func violations(
        constraints: Constraints, statistics: TableProfile?, current: TableProfile
    ) throws(Failure) -> [Violation] {
        guard constraints.monitoring.evaluates else { return [] }
        var found = schemaViolations(constraints, current)
        for feature in constraints.features {
            let settings = try constraints.settings(for: feature)
            guard settings.evaluates, let column = current.column(named: feature.name) else { continue }
            found += typeViolations(feature, column, settings)
            found += completenessViolations(feature, column)
            found += domainViolations(feature, column, settings)
            if settings.comparesDistributions, let baseline = statistics?.column(named: feature.name) {
                found += driftViolations(baseline, column, settings)
            }
        }
        return found
    }

    /// `constraint_violations.json`.
    package static func document(_ violations: [Violation]) -> JSON {
        .record([
            "violations": .array(
                violations.map {
                    .record([
                        "feature_name": .string($0.feature),
                        "constraint_check_type": .string($0.check.rawValue),
                        "description": .string($0.description),
                    ])
                })
        ])
    }

    private static func schemaViolations(_ constraints: Constraints, _ current: TableProfile) -> [Violation] {
        let baseline = constraints.features.map(\.name)
        let names = current.columns.map(\.name)
        func lacks(_ list: [String], _ name: String) -> Bool { !list.contains { $0.utf8.elementsEqual(name.utf8) } }
        let missing = baseline.filter { lacks(names, $0) }
        let extra = names.filter { lacks(baseline, $0) }
        let counts =
            "Number of columns in current dataset: \(names.count), "
            + "Number of columns in baseline constraints: \(baseline.count)"
        var found: [Violation] = []
        if !missing.isEmpty {
            found.append(
                Violation(
                    feature: "Missing columns", check: .missingColumn,
                    description: "There are missing columns in current dataset. \(counts). "
                        + "Missing: \(missing.joined(separator: ", "))"))
        }
        if !extra.isEmpty {
            found.append(
                Violation(
                    feature: "Extra columns", check: .extraColumn,
                    description: "There are extra columns in current dataset. \(counts). "
                        + "Extra: \(extra.joined(separator: ", "))"))
        }
        return found
    }

    private static func typeViolations(
        _ feature: Constraints.Feature, _ column: ColumnProfile, _ settings: Constraints.Monitoring
    ) -> [Violation] {
        guard let share = share(of: feature.type, in: column), share < settings.datatypeThreshold else { return [] }
        return [
            Violation(
                feature: feature.name, check: .dataType,
                description: "Data type match requirement is not met. Expected data type: \(feature.type.rawValue), "
                    + "Expected match: \(percent(settings.datatypeThreshold)). "
                    + "Observed: Only \(percent(share)) of data is \(feature.type.rawValue).")
        ]
    }

    private static func completenessViolations(
        _ feature: Constraints.Feature, _ column: ColumnProfile
    ) -> [Violation] {
        guard let required = feature.completeness, column.rows > 0 else { return [] }
        let share = Double(column.rows - column.missing) / Double(column.rows)
        guard share < required else { return [] }
        return [
            Violation(
                feature: feature.name, check: .completeness,
                description: "Data completeness requirement is not met. Expected completeness: \(percent(required)). "
                    + "Observed: Only \(percent(share)) of data is complete.")
        ]
    }

    private static func domainViolations(
        _ feature: Constraints.Feature, _ column: ColumnProfile, _ settings: Constraints.Monitoring
    ) -> [Violation] {
        guard let domains = feature.domains, let frequent = column.categories?.frequent, frequent.total > 0 else {
            return []
        }
        // Counts are lower bounds when the column has more categories than a profile keeps, so count what is outside.
        let known = Set(domains.map { Array($0.utf8) })
        let outside = frequent.items.reduce(0) { known.contains(Array($1.category.utf8)) ? $0 : $0 + $1.count }
        let share = 1 - Double(outside) / Double(frequent.total)
        guard share < settings.domainThreshold else { return [] }
        return [
            Violation(
                feature: feature.name, check: .categoricalValues,
                description: "Categorical values requirement is not met. "
                    + "Expected match: \(percent(settings.domainThreshold)). "
                    + "Observed: Only \(percent(share)) of data is in the domain of the baseline.")
        ]
    }

    private static func driftViolations(
        _ baseline: ColumnProfile, _ column: ColumnProfile, _ settings: Constraints.Monitoring
    ) -> [Violation] {
        let description: String
        if let left = baseline.numbers, let right = column.numbers {
            guard left.quantiles.count > 0, right.quantiles.count > 0 else { return [] }
            let distance = distance(left.quantiles, right.quantiles, settings.comparison)
            guard distance > settings.comparisonThreshold else { return [] }
            description = "Baseline drift distance: \(distance) exceeds threshold: \(settings.comparisonThreshold)"
        } else if let left = baseline.categories?.frequent, let right = column.categories?.frequent {
            guard left.total > 0, right.total > 0 else { return [] }
            let threshold = settings.categoricalThreshold ?? settings.comparisonThreshold
            if settings.categoricalMethod == .chiSquared {
                guard let probability = chiSquaredProbability(left, right), probability <= threshold else { return [] }
                description = "Baseline drift p-value: \(probability) is at or below threshold: \(threshold)"
            } else {
                let distance = distance(left, right, settings.comparison)
                guard distance > threshold else { return [] }
                description = "Baseline drift distance: \(distance) exceeds threshold: \(threshold)"
            }
        } else {
            // The data type check speaks about this column.
            return []
        }
        return [Violation(feature: baseline.name, check: .baselineDrift, description: description)]
    }

    /// As SageMaker prints shares: 99.71751412429379%.
    private static func percent(_ share: Double) -> String { "\(share * 100)%" }
}
