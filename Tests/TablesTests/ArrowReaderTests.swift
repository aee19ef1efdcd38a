import Core
import Foundation
import Tables
import Testing

extension ArrowFixtures {
    static func bytes(_ fixture: String) throws -> [UInt8] {
        let packed = try #require(Data(base64Encoded: fixture))
        return try packed.withUnsafeBytes { bytes throws(Failure) in
            try Inflater.inflate(bytes, .gzip, maximumBytes: 1 << 20)
        }
    }
}

@Suite("Arrow files and streams")
struct ArrowReaderTests {
    private func read(_ fixture: String, _ options: ReadOptions = .init()) throws -> (table: Table, notes: [String]) {
        let folder = try CSVFolder()
        return try DataReader.read(try folder.write(try ArrowFixtures.bytes(fixture), "data.arrow"), options)
    }

    @Test(
        "file and stream, plain and Zstandard",
        arguments: [ArrowFixtures.stream, ArrowFixtures.file, ArrowFixtures.zstandardFile])
    func types(fixture: String) throws {
        let (table, notes) = try read(fixture)
        #expect(table.rowCount == 3)
        #expect(table.columns.map(\.name) == ["n", "x", "s", "k", "b", "t", "d"])
        #expect(table.columns.map(\.kind) == [.num, .num, .cat, .cat, .bool, .datetime, .datetime])
        #expect(table.column(named: "n")?.cells == [.num(1), .missing, .num(3)])
        #expect(table.column(named: "n")?.isInteger == false)
        #expect(table.column(named: "x")?.cells == [.num(0.5), .num(-2), .num(.infinity)])
        #expect(table.column(named: "s")?.cells == [.text("a"), .missing, .text("é")])
        #expect(table.column(named: "k")?.cells == [.text("p"), .text("q"), .text("p")])
        #expect(table.column(named: "b")?.cells == [.text("true"), .text("false"), .missing])
        #expect(table.column(named: "t")?.cells == [.num(0), .missing, .num(1577934245.123456)])
        #expect(table.column(named: "d")?.cells == [.num(86_400), .num(172_800), .missing])
        #expect(notes == ["Column \"l\" was left out: it holds list values."])
    }

    @Test("LZ4 frames")
    func lz4() throws {
        let table = try read(ArrowFixtures.lz4File).table
        #expect(table.columns[0].cells == Array(repeating: .num(7), count: 200))
        #expect(table.columns[0].isInteger)
        #expect(table.columns[1].cells == (0..<200).map { .text($0 % 2 == 0 ? "abcabc" : "xyz") })
    }

    @Test("half floats, views, large strings, decimals, milliseconds, unsigned, null, durations")
    func moreTypes() throws {
        let table = try read(ArrowFixtures.moreTypes).table
        #expect(table.column(named: "h")?.cells == [.num(1.5), .missing])
        #expect(table.column(named: "v")?.cells == [.text("short"), .text("a string longer than twelve bytes")])
        #expect(table.column(named: "ls")?.cells == [.text("x"), .missing])
        // The double next to -123456789012345678.75.
        #expect(table.column(named: "m")?.cells == [.num(1.25), .num(-123_456_789_012_345_680)])
        #expect(table.column(named: "d64")?.cells == [.num(86_400), .missing])
        #expect(table.column(named: "u64")?.cells == [.num(0x1p63), .num(1)])
        #expect(table.column(named: "nul")?.cells == [.missing, .missing])
        #expect(table.column(named: "dur")?.cells == [.num(1.5), .missing])
    }

    @Test("dictionaries that grow and are replaced within a stream")
    func dictionaries() throws {
        let table = try read(ArrowFixtures.deltaStream).table
        #expect(
            table.columns[0].cells
                == [.text("a"), .text("b"), .text("c"), .text("a"), .missing, .text("z"), .text("a")])
    }

    @Test("kinds that are asked for")
    func askedKinds() throws {
        var options = ReadOptions()
        options.kinds = ["n": .cat, "b": .num, "t": .cat, "d": .num]
        let table = try read(ArrowFixtures.stream, options).table
        #expect(table.column(named: "n")?.cells == [.text("1"), .missing, .text("3")])
        #expect(table.column(named: "b")?.cells == [.num(1), .num(0), .missing])
        #expect(
            table.column(named: "t")?.cells
                == [.text("1970-01-01T00:00:00Z"), .missing, .text("2020-01-02T03:04:05.123456Z")])
        options.kinds = ["s": .num]
        #expect(throws: Failure.self) { try read(ArrowFixtures.stream, options) }
    }

    @Test("only what is wanted; a column that cannot be one is an error when it is named")
    func selection() throws {
        var options = ReadOptions()
        options.include = ["k", "x"]
        #expect(try read(ArrowFixtures.file, options).table.columns.map(\.name) == ["x", "k"])
        options.include = ["l"]
        let error = #expect(throws: Failure.self) { try read(ArrowFixtures.file, options) }
        #expect(error?.message.contains("column \"l\" holds list values") == true)
    }

    @Test("cut or damaged files give a failure or a table, never a crash")
    func damage() throws {
        try expectDamageIsHandled(try ArrowFixtures.bytes(ArrowFixtures.stream), "data.arrow", everyBit: false)
        try expectDamageIsHandled(try ArrowFixtures.bytes(ArrowFixtures.lz4File), "data.arrow", everyBit: false)
        try expectDamageIsHandled(try ArrowFixtures.bytes(ArrowFixtures.moreTypes), "data.arrow", everyBit: false)
        try expectDamageIsHandled(try ArrowFixtures.bytes(ArrowFixtures.deltaStream), "data.arrow", everyBit: false)
        try expectDamageIsHandled(try ArrowFixtures.bytes(ArrowFixtures.zstandardFile), "data.arrow", everyBit: false)
    }

    @Test("damaged files are the same whole and in batches")
    func fuzz() throws {
        var random = CSVRandom(seed: 5)
        let folder = try CSVFolder()
        for fixture in [ArrowFixtures.file, ArrowFixtures.deltaStream, ArrowFixtures.lz4File] {
            let bytes = try ArrowFixtures.bytes(fixture)
            try expectSameInBatches(try folder.write(bytes, "data.arrow"))
            for _ in 0..<300 { try expectSameInBatches(try folder.write(random.mutate(bytes), "data.arrow")) }
        }
    }
}
