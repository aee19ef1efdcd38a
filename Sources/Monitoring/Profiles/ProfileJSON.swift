package import Core
package import Statistics

/// The JSON export of a profile: figures for people and other programs. The binary form is the one that can be merged.
package enum ProfileJSON {
    static let probabilities = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
    /// Categories that are exported, most frequent first.
    static let categoryLimit = 100

    package static func document(_ profile: TableProfile) -> JSON {
        .record([
            "format": .string("steward.profile"),
            "version": .int(1),
            "rows": .int(profile.rows),
            "columns": .array(profile.columns.map(column)),
        ])
    }

    private static func column(_ column: ColumnProfile) -> JSON {
        var members: [JSON.Member] = [
            .init("name", .string(column.name)),
            .init("kind", .string(column.kind.rawValue)),
            .init("rows", .int(column.rows)),
            .init("missing", .int(column.missing)),
            .init("infinite", .int(column.infinite)),
            .init("integer", .bool(column.isInteger)),
            .init(
                "distinct",
                .record(["count": .int(column.distinctEstimate), "exact": .bool(column.isDistinctExact)])),
        ]
        switch column.content {
        case .numbers(let numbers): members.append(.init("numbers", self.numbers(numbers)))
        case .categories(let categories):
            members.append(.init("categories", self.categories(categories.frequent)))
            if let lengths = categories.lengths { members.append(.init("lengths", numbers(lengths))) }
        }
        return .object(members)
    }

    private static func numbers(_ profile: NumericProfile) -> JSON {
        let moments = profile.moments
        let quantiles = profile.quantiles
        let hasValues = moments.count > 0
        var members: [JSON.Member] = [
            .init("count", .int(moments.count)),
            .init("mean", .optional(hasValues ? moments.mean : nil)),
            .init("standard_deviation", .optional(moments.standardDeviation)),
            .init("minimum", .optional(hasValues ? moments.minimum : nil)),
            .init("maximum", .optional(hasValues ? moments.maximum : nil)),
            .init("fractional", .int(profile.fractional)),
            .init(
                "quantiles",
                .array(
                    (quantiles.quantiles(probabilities) ?? []).enumerated().map {
                        .record(["probability": .number(probabilities[$0.offset]), "value": .number($0.element)])
                    })),
            .init("rank_error", .number(quantiles.rankError)),
        ]
        if let histogram = profile.histogram {
            members.append(
                .init(
                    "histogram",
                    .record([
                        "edges": .array(histogram.edges.map(JSON.number)),
                        "counts": .array(histogram.counts.map(JSON.int)),
                        "below": .int(histogram.below),
                        "above": .int(histogram.above),
                    ])))
        }
        return .object(members)
    }

    private static func categories(_ frequent: FrequentItems) -> JSON {
        .record([
            "count": .int(frequent.total),
            "exact": .bool(frequent.isExact),
            "maximum_error": .int(frequent.maximumError),
            "most_frequent": .array(
                frequent.ranked.prefix(categoryLimit).map {
                    .record(["value": .string($0.category), "count": .int($0.count)])
                }),
        ])
    }
}
