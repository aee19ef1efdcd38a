package import Core
package import Statistics

extension SageMaker {
    /// `statistics.json` as a reference: a profile, with what the reader should know about it.
    package struct Statistics: Sendable {
        package var profile: TableProfile
        package var types: [(name: String, type: InferredType)]
        package var notes: [String]

        /// The kinds to read the current data with, so that both sides mean the same: `num` for Integral and
        /// Fractional, `cat` for String. Columns of unknown type are left to inference.
        package var kinds: [String: ColumnKind] {
            var kinds: [String: ColumnKind] = [:]
            for (name, type) in types where type != .unknown { kinds[name] = type == .string ? .cat : .num }
            return kinds
        }

        /// - Throws: what reading a file throws, or `invalid` with the place in the document.
        package static func read(_ path: String) throws(Failure) -> Statistics {
            let document = try SageMaker.document(path)
            do {
                return try Statistics(document)
            } catch {
                throw Failure(error.code, "\(path): \(error.message)", hint: error.hint)
            }
        }

        package init(_ document: JSON) throws(Failure) {
            let features = try SageMaker.elements(document["features"], "features")
            var parsed: [ParsedFeature] = []
            for (index, feature) in features.enumerated() {
                parsed.append(try ParsedFeature(feature, "features[\(index)]"))
            }
            let itemCount = try SageMaker.count(document["dataset"]?["item_count"], "dataset.item_count")
            let rows = parsed.reduce(itemCount ?? 0) { max($0, $1.present + ($1.missing ?? 0)) }
            guard rows <= TableProfile.maximumRows else {
                throw SageMaker.failure("dataset", "has more than 2^52 items")
            }
            var names: Set<[UInt8]> = []
            for feature in parsed where !names.insert(Array(feature.name.utf8)).inserted {
                throw SageMaker.failure("features", "\"\(feature.name)\" is given twice")
            }
            profile = TableProfile(rows: rows, columns: parsed.map { $0.column(rows: rows) })
            types = parsed.map { ($0.name, $0.type) }
            notes = parsed.compactMap(\.note)
        }
    }

    /// One feature while it is read.
    struct ParsedFeature {
        var name: String
        var type: InferredType
        var present = 0
        var missing: Int?
        var content: ColumnProfile.Content?
        var note: String?

        init(_ json: JSON, _ place: String) throws(Failure) {
            name = try SageMaker.text(json["name"], "\(place).name")
            type = try SageMaker.type(json["inferred_type"], "\(place).inferred_type")
            if let statistics = json["numerical_statistics"], statistics != .null {
                try readCommon(statistics, "\(place).numerical_statistics")
                try readNumbers(statistics, "\(place).numerical_statistics")
            } else if let statistics = json["string_statistics"], statistics != .null {
                try readCommon(statistics, "\(place).string_statistics")
                try readCategories(statistics, "\(place).string_statistics")
            }
        }

        private mutating func readCommon(_ json: JSON, _ place: String) throws(Failure) {
            present = try SageMaker.count(json["common"]?["num_present"], "\(place).common.num_present") ?? 0
            missing = try SageMaker.count(json["common"]?["num_missing"], "\(place).common.num_missing")
        }

        func column(rows: Int) -> ColumnProfile {
            let isNumeric = type == .integral || type == .fractional
            let kind: ColumnKind =
                if case .numbers = content { .num } else { isNumeric && content == nil ? .num : .cat }
            let values = content == nil ? 0 : present
            let empty = ColumnProfile(name: name, kind: kind).content
            return ColumnProfile(
                name: name, kind: kind, rows: rows, missing: rows - values,
                isInteger: type == .integral && values == rows && kind == .num, content: content ?? empty)
        }
    }
}

// MARK: Numbers

extension SageMaker.ParsedFeature {
    fileprivate mutating func readNumbers(_ json: JSON, _ place: String) throws(Failure) {
        let kll = json["distribution"]?["kll"]
        let points = try readSketch(kll?["sketch"], "\(place).distribution.kll.sketch")
        let buckets = try readBuckets(kll?["buckets"], "\(place).distribution.kll.buckets")
        let low = try SageMaker.number(json["min"], "\(place).min")
        let high = try SageMaker.number(json["max"], "\(place).max")
        guard present > 0 else { return }
        var sketch: QuantileSketch
        if let points {
            sketch = points
        } else if let buckets {
            sketch = buckets
            note =
                "\(name): the reference holds 10 buckets and no sketch, so its distribution is only known roughly."
        } else if let low, let high, low.isFinite, high.isFinite, low <= high {
            // A constant column has one value; a dictionary literal may not hold it twice.
            let ends = low == high ? [low: present] : [low: (present + 1) / 2, high: present / 2]
            sketch = Self.weighted(ends, rankError: 1)
            note = "\(name): the reference holds no distribution, only its range."
        } else {
            note = "\(name): the reference holds no distribution."
            present = 0
            return
        }
        if sketch.count != present { sketch = Self.rescale(sketch, to: present) }
        let range = sketch.quantiles([0, 1])!
        let minimum = min(low.flatMap { $0.isFinite ? $0 : nil } ?? range[0], range[0])
        let maximum = max(high.flatMap { $0.isFinite ? $0 : nil } ?? range[1], range[1])
        let middle = try SageMaker.number(json["mean"], "\(place).mean")
        let mean = middle.flatMap { $0.isFinite ? $0 : nil } ?? sketch.quantiles([0.5])![0]
        let deviation = try SageMaker.number(json["std_dev"], "\(place).std_dev") ?? 0
        let spread = deviation.isFinite && deviation >= 0 ? deviation : 0
        let moments = Moments(
            count: present, mean: min(max(mean, minimum), maximum),
            squaredDeviations: spread * spread * Double(present), minimum: minimum, maximum: maximum)
        content = .numbers(
            NumericProfile(
                moments: moments, quantiles: sketch, fractional: type == .fractional ? present : 0))
    }

    /// `data[i]` holds the items that stand for 2^i rows each.
    private func readSketch(_ json: JSON?, _ place: String) throws(Failure) -> QuantileSketch? {
        guard let json, json != .null, let data = json["data"], data != .null else { return nil }
        var levels: [[Double]] = []
        var total = 0
        for (index, level) in try SageMaker.elements(data, "\(place).data").enumerated() {
            guard index < 48 else { throw SageMaker.failure("\(place).data", "has more than 48 levels") }
            var items: [Double] = []
            for item in try SageMaker.elements(level, "\(place).data[\(index)]") {
                guard let value = item.double else {
                    throw SageMaker.failure("\(place).data[\(index)]", "must hold numbers")
                }
                if value.isFinite { items.append(value + 0.0) }
            }
            guard items.count <= (TableProfile.maximumRows - total) >> index else {
                throw SageMaker.failure("\(place).data", "stands for more than 2^52 rows")
            }
            total += items.count << index
            levels.append(items.sorted())
        }
        guard total > 0 else { return nil }
        if levels.dropFirst().allSatisfy(\.isEmpty) {
            // Nothing has been compacted: this is the sample itself, if it is all of it.
            var sketch = QuantileSketch.zero
            sketch.update(levels[0])
            if total == present { return sketch }
            var counts: [Double: Int] = [:]
            for item in levels[0] { counts[item, default: 0] += 1 }
            return Self.weighted(counts, rankError: 0.01)
        }
        let parameter = try SageMaker.number(json["parameters"]?["k"], "\(place).parameters.k") ?? 2048
        // 2.446 / k^0.9433: the error of a KLL sketch over all ranks at 99 % confidence, as DataSketches states it.
        let error = parameter >= 8 ? 2.446 / SageMaker.power(min(parameter, 65_536), 0.9433) : 1
        return QuantileSketch(levels: levels, rankError: min(1, max(QuantileSketch.statedRankError, error)))
    }

    /// Values inside a bucket may lie anywhere in it; they are spread evenly, and a rank may be off by the largest
    /// bucket.
    private func readBuckets(_ json: JSON?, _ place: String) throws(Failure) -> QuantileSketch? {
        guard let json, json != .null else { return nil }
        let pointsPerBucket = 64
        var points: [Double: Int] = [:]
        var (largest, total) = (0, 0)
        let buckets = try SageMaker.elements(json, place)
        guard buckets.count <= 4096 else { throw SageMaker.failure(place, "has more than 4,096 buckets") }
        for (index, bucket) in buckets.enumerated() {
            let here = "\(place)[\(index)]"
            guard let low = try SageMaker.number(bucket["lower_bound"], "\(here).lower_bound"), low.isFinite,
                let high = try SageMaker.number(bucket["upper_bound"], "\(here).upper_bound"), high.isFinite,
                low <= high, let count = try SageMaker.count(bucket["count"], "\(here).count")
            else { throw SageMaker.failure(here, "must have lower_bound, upper_bound and count") }
            total += count
            guard total <= TableProfile.maximumRows else {
                throw SageMaker.failure(place, "counts more than 2^52 rows")
            }
            largest = max(largest, count)
            let pieces = max(1, min(pointsPerBucket, count))
            for piece in 0..<pieces {
                let share = (Double(piece) + 0.5) / Double(pieces)
                let rows = count * (piece + 1) / pieces - count * piece / pieces
                if rows > 0 { points[low * (1 - share) + high * share + 0.0, default: 0] += rows }
            }
        }
        guard total > 0 else { return nil }
        return Self.weighted(points, rankError: Double(largest) / Double(total))
    }

    private static func weighted(_ points: [Double: Int], rankError: Double) -> QuantileSketch {
        let sorted = points.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        return QuantileSketch(values: sorted.map(\.key), counts: sorted.map(\.value), rankError: rankError)
    }

    /// The same shape with another number of rows: other tools round, or count what is not finite.
    private static func rescale(_ sketch: QuantileSketch, to rows: Int) -> QuantileSketch {
        guard let distribution = sketch.distribution, let cumulative = distribution.cumulative else { return sketch }
        var points: [Double: Int] = [:]
        var before = 0
        for (point, rank) in zip(distribution.points, cumulative) {
            let scaled = min(rows, Int((Double(rank) / Double(sketch.count) * Double(rows)).rounded()))
            if scaled > before { points[point] = scaled - before }
            before = max(before, scaled)
        }
        return weighted(points, rankError: max(sketch.rankError, QuantileSketch.statedRankError))
    }
}

// MARK: Categories

extension SageMaker.ParsedFeature {
    fileprivate mutating func readCategories(_ json: JSON, _ place: String) throws(Failure) {
        var frequent = FrequentItems(capacity: CategoryProfile.categoryCapacity)
        let listed = "\(place).distribution.categorical.buckets"
        var sum = 0
        var smallest = Int.max
        if let buckets = json["distribution"]?["categorical"]?["buckets"], buckets != .null {
            for (index, bucket) in try SageMaker.elements(buckets, listed).enumerated() {
                let value = try SageMaker.text(bucket["value"], "\(listed)[\(index)].value")
                guard let count = try SageMaker.count(bucket["count"], "\(listed)[\(index)].count") else {
                    throw SageMaker.failure("\(listed)[\(index)].count", "must be a count")
                }
                sum += count
                guard sum <= TableProfile.maximumRows else {
                    throw SageMaker.failure(listed, "counts more than 2^52 rows")
                }
                if count > 0 {
                    frequent.update([value], counts: [count])
                    smallest = min(smallest, count)
                }
            }
        }
        if sum < present {
            // Only the most frequent values are listed; each of the others occurred at most as often as the last of
            // them.
            let error = min(present, smallest == Int.max ? present : smallest)
            frequent = FrequentItems(
                capacity: frequent.capacity, items: frequent.items.map { ($0.category, $0.count) }, total: present,
                maximumError: max(1, error, frequent.maximumError))
            note = "\(name): the reference lists its most frequent values only."
        }
        present = max(present, sum)
        content = .categories(CategoryProfile(frequent: frequent))
    }
}
