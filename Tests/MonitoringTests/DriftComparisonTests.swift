import Core
import Monitoring
import Statistics
import Testing

@Suite("comparing two data sets")
struct DriftComparisonTests {
    /// Normal-like numbers from a seeded stream (sum of twelve uniforms).
    static func numbers(_ count: Int, seed: UInt64, shift: Double = 0) -> Column {
        var random = SeededRandom(seed: seed)
        let values = (0..<count).map { _ in (0..<12).reduce(-6 + shift) { sum, _ in sum + random.uniform() } }
        return Column(name: "x", kind: .num, values: .numbers(NumberColumn(values: values)))
    }

    static func strings(_ name: String, _ values: [String?], kind: ColumnKind = .cat) -> Column {
        var dictionary: [String] = []
        let indices = values.map { value -> Int32 in
            guard let value else { return -1 }
            if let index = dictionary.firstIndex(of: value) { return Int32(index) }
            dictionary.append(value)
            return Int32(dictionary.count - 1)
        }
        return Column(name: name, kind: kind, values: .strings(StringColumn(indices: indices, dictionary: dictionary)))
    }

    static func data(_ columns: Column...) -> LoadedData {
        LoadedData(label: "test", content: .rows(Table(columns: columns, rowCount: columns.first?.count ?? 0)))
    }

    static func named(_ name: String, _ column: Column) -> Column {
        var column = column
        column.name = name
        return column
    }

    private func run(_ reference: LoadedData, _ current: LoadedData, _ settings: DriftSettings = .init()) throws
        -> DriftReport
    {
        try DriftComparison.run(reference, current, settings: settings)
    }

    @Test("a clear shift is drift, the same distribution is not")
    func shift() throws {
        let reference = Self.data(
            Self.numbers(2000, seed: 1), Self.named("y", Self.numbers(2000, seed: 2)))
        let current = Self.data(
            Self.numbers(2000, seed: 3, shift: 0.5), Self.named("y", Self.numbers(2000, seed: 4)))
        let report = try run(reference, current)
        #expect(report.dataset.drifted)
        #expect(report.dataset.driftedColumns == 1)
        #expect(report.columns.first?.name == "x", "the drifted column comes first")
        #expect(report.columns.first?.verdict?.verdict == .drifted)
        #expect(report.columns.last?.verdict?.verdict != .drifted)
    }

    @Test("schema changes have a status each and do not stop the report")
    func statuses() throws {
        let allMissing = Column(
            name: "empty", kind: .num, values: .numbers(NumberColumn(values: Array(repeating: .nan, count: 100))))
        let constant = Column(
            name: "constant", kind: .num, values: .numbers(NumberColumn(values: Array(repeating: 7, count: 100))))
        let gone = Self.named("gone", Self.numbers(100, seed: 1))
        let retyped = Self.named("retyped", Self.numbers(100, seed: 2))
        let report = try run(
            Self.data(Self.numbers(100, seed: 3), allMissing, constant, gone, retyped),
            Self.data(
                Self.numbers(100, seed: 4), allMissing, constant,
                Self.strings("retyped", Array(repeating: "a", count: 100)),
                Self.strings("added", Array(repeating: "a", count: 100))))
        let statuses = Dictionary(uniqueKeysWithValues: report.columns.map { ($0.name, $0.status) })
        #expect(
            statuses == [
                "x": .ok, "empty": .empty, "constant": .constant, "gone": .missing, "retyped": .typeChanged,
                "added": .new,
            ])
        #expect(report.columns.allSatisfy { $0.status == .ok || $0.explanation != nil })
    }

    @Test("a rise of missing values is drift of its own")
    func missingValues() throws {
        let values = (0..<3000).map { "v\($0 % 3)" as String? }
        let holes = (0..<3000).map { $0 % 5 == 0 ? nil : "v\($0 % 3)" as String? }
        let report = try run(Self.data(Self.strings("c", values)), Self.data(Self.strings("c", holes)))
        #expect(report.columns[0].missingness?.verdict == .drifted)
        #expect(report.columns[0].isDrifted)
        #expect(report.dataset.drifted)
    }

    @Test("text, categories and flags are all strings: a difference among them is no change of type")
    func stringKinds() throws {
        let report = try run(
            Self.data(Self.strings("c", (0..<200).map { $0 % 2 == 0 ? "true" : "false" }, kind: .bool)),
            Self.data(Self.strings("c", (0..<200).map { $0 % 2 == 0 ? "true" : "unknown" }, kind: .cat)))
        #expect(report.columns[0].status == .ok)
        #expect(report.columns[0].kind == .cat)
        #expect(report.columns[0].verdict?.verdict == .drifted)
    }

    @Test("names that differ only in Unicode normalisation are different columns")
    func canonicalNames() throws {
        let composed = Self.named("caf\u{E9}", Self.numbers(50, seed: 1))
        let decomposed = Self.named("cafe\u{301}", Self.numbers(50, seed: 2))
        let report = try run(Self.data(composed), Self.data(decomposed))
        #expect(Set(report.columns.map(\.status)) == [.missing, .new])
    }

    @Test("the answer does not depend on the order of rows nor on how often it is asked")
    func deterministic() throws {
        let reference = Self.numbers(500, seed: 1)
        guard case .numbers(let numbers) = Self.numbers(500, seed: 2, shift: 0.1).values else { return }
        let forward = Column(name: "x", kind: .num, values: .numbers(numbers))
        let backward = Column(name: "x", kind: .num, values: .numbers(NumberColumn(values: numbers.values.reversed())))
        let first = try run(Self.data(reference), Self.data(forward))
        let second = try run(Self.data(reference), Self.data(backward))
        #expect(first.columns[0].verdict == second.columns[0].verdict)
    }

    @Test("a stored profile of a small reference gives the same verdict as its rows")
    func profile() throws {
        let reference = Table(columns: [Self.numbers(1000, seed: 1)], rowCount: 1000)
        let current = Self.data(Self.numbers(1000, seed: 2, shift: 0.3))
        var profile = TableProfile.zero
        try profile.update(reference)
        let fromRows = try run(LoadedData(label: "", content: .rows(reference)), current)
        let fromProfile = try run(LoadedData(label: "", content: .profile(profile)), current)
        #expect(fromRows.columns[0].verdict?.verdict == fromProfile.columns[0].verdict?.verdict)
        #expect(fromRows.columns[0].verdict?.estimate == fromProfile.columns[0].verdict?.estimate)
    }

    @Test("segments show where a column drifts")
    func segments() throws {
        func side(seed: UInt64, shift: Double) -> LoadedData {
            guard case .numbers(let calm) = Self.numbers(600, seed: seed).values,
                case .numbers(let moved) = Self.numbers(600, seed: seed + 1, shift: shift).values
            else { fatalError("numbers are numbers") }
            let values = Column(
                name: "x", kind: .num, values: .numbers(NumberColumn(values: calm.values + moved.values)))
            let regions = (0..<1200).map { $0 < 600 ? "north" : "south" as String? }
            return Self.data(values, Self.strings("region", regions))
        }
        var settings = DriftSettings()
        settings.segmentBy = "region"
        let report = try run(side(seed: 1, shift: 0), side(seed: 5, shift: 0.8), settings)
        #expect(report.segments.map(\.name).sorted() == ["north", "south"])
        #expect(report.segments.first { $0.name == "south" }?.driftedColumns == ["x"])
        #expect(report.segments.first { $0.name == "north" }?.drifted == false)
    }

    @Test("unknown methods and columns are refused with the nearest name")
    func unknownNames() {
        var settings = DriftSettings()
        settings.methods = ["scipy.wasserstien"]
        let data = Self.data(Self.numbers(50, seed: 1))
        let method = #expect(throws: Failure.self) { try run(data, data, settings) }
        #expect(method?.hint?.contains("scipy.wasserstein") == true)
        settings.methods = []
        settings.target = "X"
        let column = #expect(throws: Failure.self) { try run(data, data, settings) }
        #expect(column?.hint?.contains("\"x\"") == true)
    }

    @Test("two empty data sets can be compared", arguments: [0, 1, 2])
    func fewRows(rows: Int) throws {
        let report = try run(
            Self.data(Self.numbers(rows, seed: 1), Self.strings("c", Array(repeating: "a", count: rows))),
            Self.data(Self.numbers(rows, seed: 2), Self.strings("c", Array(repeating: "b", count: rows))))
        #expect(!report.dataset.drifted)
    }

    @Test(
        "every compatibility mode answers by its own default methods",
        arguments: DriftSettings.Compatibility.allCases)
    func compatibility(mode: DriftSettings.Compatibility) throws {
        var settings = DriftSettings()
        settings.compatibility = mode
        let report = try run(
            Self.data(Self.numbers(1500, seed: 1), Self.strings("c", (0..<1500).map { "v\($0 % 4)" })),
            Self.data(
                Self.numbers(1500, seed: 2, shift: 2), Self.strings("c", (0..<1500).map { "v\($0 % 2)" })), settings)
        #expect(report.dataset.drifted, "\(mode)")
        #expect(report.dataset.comparedColumns > 0)
    }

    @Test("Alibi's default is the detector for the columns there are")
    func alibiDefault() throws {
        var settings = DriftSettings()
        settings.compatibility = .alibi
        let numbers = try run(
            Self.data(Self.numbers(500, seed: 1)), Self.data(Self.numbers(500, seed: 2, shift: 1)), settings)
        #expect(numbers.dataset.results.map(\.method) == ["alibi.KSDrift_bonferroni"] && numbers.dataset.drifted)
        settings.correction = .bh
        let strings = try run(
            Self.data(Self.strings("c", (0..<500).map { "v\($0 % 4)" })),
            Self.data(Self.strings("c", (0..<500).map { "v\($0 % 2)" })), settings)
        #expect(strings.dataset.results.map(\.method) == ["alibi.ChiSquareDrift_fdr"] && strings.dataset.drifted)
    }
}
