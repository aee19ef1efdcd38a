package import Core
package import Statistics

extension SageMaker {
    /// `statistics.json` from a profile, with ten buckets and the sketch of every numeric column.
    ///
    /// The sketch is written as levels whose items stand for 2^level rows each; `c` and `k` are those of Steward's
    /// sketch. Standard deviations are of the population (n), as Deequ computes them. Infinities are left out and
    /// counted as missing.
    package static func statistics(_ profile: TableProfile) -> JSON {
        .record([
            "version": .number(0),
            "dataset": .record(["item_count": .int(profile.rows)]),
            "features": .array(profile.columns.map(feature)),
        ])
    }

    private static func feature(_ column: ColumnProfile) -> JSON {
        let type = type(of: column)
        var members: [JSON.Member] = [
            .init("name", .string(column.name)),
            .init("inferred_type", .string(type.rawValue)),
        ]
        if column.kind == .num, let numbers = column.numbers, numbers.count > 0 {
            members.append(.init("numerical_statistics", statistics(numbers, rows: column.rows)))
        } else if let frequent = column.categories?.frequent {
            members.append(
                .init(
                    "string_statistics",
                    .record([
                        "common": common(present: frequent.total, rows: column.rows),
                        "distinct_count": .int(column.distinctEstimate),
                        "distribution": .record([
                            "categorical": .record([
                                "buckets": .array(
                                    frequent.ranked.map {
                                        .record(["value": .string($0.category), "count": .int($0.count)])
                                    })
                            ])
                        ]),
                    ])))
        } else {
            // Dates and times: SageMaker knows them as strings, and a profile keeps no spelling of them.
            members.append(
                .init(
                    "string_statistics",
                    .record([
                        "common": common(present: column.rows - column.missing, rows: column.rows),
                        "distinct_count": .int(column.distinctEstimate),
                    ])))
        }
        return .object(members)
    }

    private static func common(present: Int, rows: Int) -> JSON {
        .record(["num_present": .int(present), "num_missing": .int(rows - present)])
    }

    private static func statistics(_ numbers: NumericProfile, rows: Int) -> JSON {
        let moments = numbers.moments
        let sketch = numbers.quantiles
        return .record([
            "common": common(present: moments.count, rows: rows),
            "mean": .number(moments.mean),
            "sum": .number(moments.mean * Double(moments.count)),
            "std_dev": .optional(moments.populationStandardDeviation),
            "min": .number(moments.minimum),
            "max": .number(moments.maximum),
            "distribution": .record([
                "kll": .record([
                    "buckets": .array(buckets(sketch, moments.minimum, moments.maximum)),
                    "sketch": .record([
                        "parameters": .record([
                            "c": .number(2.0 / 3.0), "k": .number(Double(QuantileSketch.levelCapacity)),
                        ]),
                        "data": .array(sketch.weightedLevels.map { .array($0.map(JSON.number)) }),
                    ]),
                ])
            ]),
        ])
    }

    /// Ten bins of equal width from the smallest to the largest value, each closed below, the last closed on both
    /// sides.
    private static func buckets(_ sketch: QuantileSketch, _ low: Double, _ high: Double) -> [JSON] {
        let edges = (0...10).map { step -> Double in
            step == 10 ? high : low * (1 - Double(step) / 10) + high * (Double(step) / 10)
        }
        // Rows strictly below each inner edge.
        let ranks = sketch.ranks(ascending: edges[1..<10].map(\.nextDown))
        var before = 0
        return (0..<10).map { bin in
            let until = bin == 9 ? sketch.count : max(before, ranks[bin])
            defer { before = until }
            return .record([
                "lower_bound": .number(edges[bin]), "upper_bound": .number(edges[bin + 1]),
                "count": .number(Double(until - before)),
            ])
        }
    }
}
