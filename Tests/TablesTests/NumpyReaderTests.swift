import Core
import Tables
import Testing

@Suite("NumPy arrays")
struct NumpyReaderTests {
    private func read(_ bytes: [UInt8], _ name: String = "data.npy", _ options: ReadOptions = .init()) throws -> Table {
        let folder = try CSVFolder()
        return try DataReader.read(try folder.write(bytes, name), options).table
    }

    private func failure(_ bytes: [UInt8], _ name: String = "data.npy") throws -> Failure {
        try #require(try csvFailure(bytes, name: name))
    }

    @Test("a matrix in C or Fortran order has the columns c0, c1, ...", arguments: [false, true])
    func matrix(fortran: Bool) throws {
        let values = fortran ? [1.0, 3, 5, 2, 4, .nan] : [1.0, 2, 3, 4, 5, .nan]
        let table = try read(NumpyFiles.array("'<f8'", "(3, 2)", NumpyFiles.bytes(values), fortran: fortran))
        #expect(table.columns.map(\.name) == ["c0", "c1"])
        #expect(table.columns[0].cells == [.num(1), .num(3), .num(5)])
        #expect(table.columns[1].cells == [.num(2), .num(4), .missing])
    }

    static let types: [(String, [UInt8], [CSVCell], ColumnKind)] = numbers + others

    private static let numbers: [(String, [UInt8], [CSVCell], ColumnKind)] = [
        ("'<f4'", [0, 0, 0xC0, 0x3F, 0, 0, 0x80, 0x7F], [.num(1.5), .num(.infinity)], .num),
        ("'<f2'", [0, 0x3E, 1, 0], [.num(1.5), .num(0x1p-24)], .num),
        ("'>f8'", [0x40, 0, 0, 0, 0, 0, 0, 0, 0xBF, 0xF0, 0, 0, 0, 0, 0, 0], [.num(2), .num(-1)], .num),
        ("'|i1'", [0xFF, 0x7F], [.num(-1), .num(127)], .num),
        ("'|u1'", [0xFF, 0x7F], [.num(255), .num(127)], .num),
        ("'>i2'", [0xFF, 0xFE, 0, 1], [.num(-2), .num(1)], .num),
        ("'<u4'", [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0], [.num(4_294_967_295), .num(1)], .num),
        ("'<i8'", NumpyFiles.bytes([-5, 1_099_511_627_776] as [Int64]), [.num(-5), .num(0x1p40)], .num),
    ]

    private static let others: [(String, [UInt8], [CSVCell], ColumnKind)] = [
        ("'|b1'", [1, 0], [.text("true"), .text("false")], .bool),
        ("'<U2'", NumpyFiles.bytes([0xE9, 0x1F600, 0x61, 0] as [UInt32]), [.text("é😀"), .text("a")], .cat),
        ("'|S3'", Array("ab\0c\0\0".utf8), [.text("ab"), .text("c")], .cat),
        ("'<M8[ms]'", NumpyFiles.bytes([1500, .min] as [Int64]), [.num(1.5), .missing], .datetime),
        ("'<M8[M]'", NumpyFiles.bytes([602, -1] as [Int64]), [.num(1_583_020_800), .num(-2_678_400)], .datetime),
        ("'<m8[25s]'", NumpyFiles.bytes([2, -1] as [Int64]), [.num(50), .num(-25)], .num),
    ]

    @Test("element types", arguments: types)
    func elementTypes(description: String, data: [UInt8], cells: [CSVCell], kind: ColumnKind) throws {
        for version in 1...3 {
            let table = try read(NumpyFiles.array(description, "(2,)", data, version: UInt8(version)))
            #expect(table.columns.map(\.name) == ["c0"])
            #expect(table.columns[0].cells == cells)
            #expect(table.columns[0].kind == kind)
        }
    }

    @Test("records have a column for each field, padding has none")
    func records() throws {
        let description = "[('a', '<i4'), ('', '|V4'), ('b', '<f8')]"
        var data: [UInt8] = []
        for (a, b) in [(1, 2.5), (3, 4.5)] {
            data += NumpyFiles.bytes([Int32(a), 0]) + NumpyFiles.bytes([b])
        }
        let table = try read(NumpyFiles.array(description, "(2,)", data))
        #expect(table.columns.map(\.name) == ["a", "b"])
        #expect(table.columns[1].cells == [.num(2.5), .num(4.5)])
        #expect(table.columns[0].isInteger && !table.columns[1].isInteger)
    }

    @Test(
        "what cannot be read is named",
        arguments: [
            ("'|O'", "(1,)", "Python objects"), ("'<c16'", "(1,)", "complex numbers"), ("'|V8'", "(1,)", "type '|V8'"),
            ("'<M8'", "(1,)", "times without a unit"), ("'<f8'", "(1, 1, 1)", "3 dimensions"),
            ("[('a', '<f8', (2,))]", "(1,)", "fields that are arrays"), ("'<f8'", "(99999999999999999, 9999)", "bytes"),
            ("'<f8'", "(2,)", "needs more bytes"), ("'<f8'", "(1, 20000)", "more than 10000 columns"),
            ("__import__('os')", "(1,)", "cannot be understood"),
        ])
    func refusals(description: String, shape: String, message: String) throws {
        let failure = try failure(NumpyFiles.array(description, shape, Array(repeating: 0, count: 8)))
        #expect(failure.message.contains(message), "\(failure.message)")
        #expect(failure.hint != nil)
    }

    @Test("bytes that are not text name column and row")
    func invalidText() throws {
        let bytes = NumpyFiles.array("'|S1'", "(2,)", [0x61, 0xFF])
        #expect(try failure(bytes).message == "data.npy: column \"c0\", row 2: the text is not valid Unicode")
        let surrogate = NumpyFiles.array("'<U1'", "(1,)", [0, 0xD8, 0, 0])
        #expect(try failure(surrogate).message.contains("row 1"))
    }

    @Test(
        "members of an archive, stored or deflated, with and without zip64", arguments: [false, true], [false, true])
    func archive(deflate: Bool, zip64: Bool) throws {
        let vector = NumpyFiles.array("'<f8'", "(2,)", NumpyFiles.bytes([1.0, 2]))
        let matrix = NumpyFiles.array("'<i2'", "(2, 2)", NumpyFiles.bytes([Int16(1), 2, 3, 4]))
        let bytes = ZipFiles.archive(
            [("x.npy", vector), ("y.npy", matrix), ("readme.txt", [])], deflate: deflate, zip64: zip64)
        let folder = try CSVFolder()
        let (table, notes) = try DataReader.read(try folder.write(bytes, "data.npz"), ReadOptions())
        #expect(table.columns.map(\.name) == ["x", "y.c0", "y.c1"])
        #expect(table.columns[0].cells == [.num(1), .num(2)])
        #expect(table.columns[1].cells == [.num(1), .num(3)])
        #expect(table.columns[2].cells == [.num(2), .num(4)])
        #expect(notes == ["Member \"readme.txt\" was left out: it is not an array."])
    }

    @Test("arrays of different length do not make a table")
    func lengths() throws {
        let one = NumpyFiles.array("'<i2'", "(1,)", [1, 0])
        let two = NumpyFiles.array("'<i2'", "(2,)", [1, 0, 2, 0])
        let failure = try failure(ZipFiles.archive([("a.npy", one), ("b.npy", two)]), "data.npz")
        #expect(failure.message == "data.npz: member \"a\" has 1 rows, member \"b\" 2")
    }

    @Test("cut or damaged files give a failure or a table, never a crash")
    func damage() throws {
        let array = NumpyFiles.array("[('a', '<i4'), ('b', '<U2')]", "(2,)", Array(repeating: 65, count: 24))
        try expectDamageIsHandled(array, "data.npy")
        let archive = ZipFiles.archive([("x.npy", NumpyFiles.array("'<f8'", "(2, 1)", NumpyFiles.bytes([1.0, 2])))])
        try expectDamageIsHandled(archive, "data.npz")
        try expectDamageIsHandled(ZipFiles.archive([("x.npy", array)], deflate: true, zip64: true), "data.npz")
    }

    @Test("damaged files are the same whole and in batches")
    func fuzz() throws {
        let array = NumpyFiles.array("[('a', '<i4'), ('b', '|S2')]", "(5,)", Array(repeating: 65, count: 30))
        let matrix = NumpyFiles.array("'<f4'", "(3, 2)", Array(repeating: 1, count: 24), fortran: true)
        var random = CSVRandom(seed: 3)
        let folder = try CSVFolder()
        for _ in 0..<1500 {
            try expectSameInBatches(try folder.write(random.mutate(array), "data.npy"))
            try expectSameInBatches(try folder.write(random.mutate(matrix), "data.npy"))
        }
    }
}
