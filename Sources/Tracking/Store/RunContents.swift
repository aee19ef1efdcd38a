import Platform

/// What was logged to some runs: the latest point of each metric, parameters, tags; by the number of the run.
struct RunContents: Sendable {
    struct Entry: Sendable {
        let key: Int64
        let value: String
    }

    /// Values of many runs, one run after the other.
    struct Column<Value: Sendable>: Sendable {
        private var values: [Value] = []
        private var ranges: [Int64: Range<Int>] = [:]
        private var last: (run: Int64, start: Int)?

        subscript(_ run: Int64) -> ArraySlice<Value> {
            if let last, last.run == run { return values[last.start...] }
            return values[ranges[run] ?? 0..<0]
        }

        /// The values of a run are added without those of another in between.
        mutating func append(_ value: Value, of run: Int64) {
            if last?.run != run {
                if let last { ranges[last.run] = last.start..<values.count }
                last = (run, values.count)
            }
            values.append(value)
        }
    }

    private(set) var metrics = Column<KeyedPoint>()
    private(set) var parameters = Column<Entry>()
    private(set) var tags = Column<Entry>()
    /// Inputs and outputs of the runs that have some.
    private(set) var links: [Int64: RunLinks] = [:]
    /// The names of all keys.
    private(set) var names: [Int64: String] = [:]

    init(of runs: [Int64], _ keys: KeyNames, _ sql: any SQLConnection) throws {
        var numbers: Set<Int64> = []
        try sql.forEach(in: runs) { keys, some in
            let list = "IN (\(keys)) ORDER BY run, key"
            try sql.forEach(
                "SELECT run, key, value, is_nan, time, step FROM tracking_latest WHERE run \(list)", some
            ) { row in
                let point = MetricPoint(
                    value: row.flag(3) ? .nan : row.real(2), time: row.integer(4), step: row.integer(5))
                numbers.insert(row.integer(1))
                metrics.append(KeyedPoint(key: row.integer(1), point: point), of: row.integer(0))
            }
            try sql.forEach("SELECT run, key, value FROM tracking_parameter WHERE run \(list)", some) { row in
                numbers.insert(row.integer(1))
                parameters.append(Entry(key: row.integer(1), value: row.text(2)), of: row.integer(0))
            }
            try sql.forEach("SELECT run, key, value FROM tracking_tag WHERE run \(list)", some) { row in
                numbers.insert(row.integer(1))
                tags.append(Entry(key: row.integer(1), value: row.text(2)), of: row.integer(0))
            }
        }
        links = try RunLinkStore(sql).links(of: runs)
        names = try keys.names(of: numbers, sql)
    }

    /// For a run whose tags are known.
    init(of run: Int64, tags: [(key: Int64, value: String)], names: [Int64: String]) {
        for tag in tags { self.tags.append(Entry(key: tag.key, value: tag.value), of: run) }
        self.names = names
    }
}
