import Core
import Tables
import Testing

private let duckDBIsPresent: Bool = (try? DuckDBEngine.find()) != nil

@Suite("Parquet through DuckDB")
struct DuckDBTests {
    private func read(
        _ name: String = "data.parquet", _ options: ReadOptions = .init()
    ) throws -> (table: Table, notes: [String]) {
        let folder = try CSVFolder()
        return try DataReader.read(try folder.write(try ArrowFixtures.bytes(ArrowFixtures.parquet), name), options)
    }

    @Test(.enabled(if: duckDBIsPresent, "DuckDB is not installed: Parquet is not tested"))
    func types() throws {
        let (table, notes) = try read()
        #expect(table.rowCount == 3)
        #expect(table.columns.map(\.kind) == [.num, .num, .cat, .cat, .bool, .datetime, .datetime])
        #expect(table.column(named: "n")?.cells == [.num(1), .missing, .num(3)])
        #expect(table.column(named: "x")?.cells == [.num(0.5), .num(-2), .num(.infinity)])
        #expect(table.column(named: "s")?.cells == [.text("a"), .missing, .text("é")])
        #expect(table.column(named: "k")?.cells == [.text("p"), .text("q"), .text("p")])
        #expect(table.column(named: "b")?.cells == [.text("true"), .text("false"), .missing])
        #expect(table.column(named: "t")?.cells == [.num(0), .missing, .num(1577934245.123456)])
        #expect(table.column(named: "d")?.cells == [.num(86_400), .num(172_800), .missing])
        #expect(notes == ["Column \"l\" was left out: it holds list values."])
    }

    @Test(
        "a file name is a name, not a pattern, an address or SQL",
        .enabled(if: duckDBIsPresent, "DuckDB is not installed: Parquet is not tested"),
        arguments: ["it's *[a]?.parquet", "x'); DROP TABLE t; --.parquet", "k=1.parquet", "é \"q\".parquet"])
    func names(name: String) throws {
        var options = ReadOptions()
        options.include = ["x", "n"]
        #expect(try read(name, options).table.columns.map(\.name) == ["n", "x"])
    }

    @Test(.enabled(if: duckDBIsPresent, "DuckDB is not installed: Parquet is not tested"))
    func batches() throws {
        let folder = try CSVFolder()
        let bytes = try ArrowFixtures.bytes(ArrowFixtures.parquet)
        try expectSameInBatches(try folder.write(bytes, "data.parquet"))
        var random = CSVRandom(seed: 8)
        for _ in 0..<200 {
            let path = try folder.write(random.mutate(bytes), "data.parquet")
            _ = Result { () throws(Failure) in try DataReader.read(path, ReadOptions()) }
        }
        #expect(
            try csvFailure(Array(bytes[..<500]), name: "data.parquet")?.message.contains("data.parquet") == true)
    }

    @Test("a library that is not there or is not DuckDB is unavailable")
    func missing() throws {
        let folder = try CSVFolder()
        for library in ["/nowhere/libduckdb.so", try folder.write("not a library", "libduckdb.so"), "libm.so.6"] {
            let error = #expect(throws: Failure.self) {
                try DuckDBEngine(DuckDBLocation(origin: .environment, library: library))
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("without an engine the error says the one command that helps")
    func command() {
        guard case .failure(let failure) = Result(catching: { () throws(Failure) in try DuckDBEngine.find() }),
            DuckDBLocation.all().first?.origin != .environment
        else { return }
        #expect(failure.code == .unavailable)
        #expect(failure.hint == "steward engine install duckdb")
    }
}
