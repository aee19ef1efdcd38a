import Core
import Tables
import Testing

@Suite("CSV: any bytes give a table or a failure, the same however they are cut")
struct CSVFuzzTests {
    private enum Outcome: Equatable {
        case table([String], [ColumnKind], [[CSVCell]], [Bool], [String])
        case failure(String)
    }

    private static let seeds = [
        "a,b,c\n1,x,2020-01-01\n2.5,\"y, z\",2020-01-02\n,w,\n-3e5,\"q\"\"q\",2021-01-01T00:00:00Z\n",
        "id;flag;text\r\n1;true;\"two\r\nlines\"\r\n2;False;é\r\n3;;nan\r\n",
        "x\n1\n2\nNA\ninf\n\n\"\"\n4\n",
        "u\tv\r1\t2\r\"3\"\t\"4\"\r",
        "n,m\nnan,1e400\n1,2\nnan,x\n,\n",
    ].map { Array($0.utf8) }
    private static let pieces: [[UInt8]] =
        [
            "\"", "\"\"", ",", ";", "\n", "\r", "\r\n", "\t", "nan", "1e400", "x", "7", "-", ".", "\u{FEFF}", "é",
            "true", "2020-01-01",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xED, 0xA0, 0x80]]

    private func mutate(_ bytes: [UInt8], _ random: inout CSVRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(4) {
            let at = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1 where at < bytes.count: bytes.remove(at: at)
            case 2: bytes.removeLast(min(bytes.count, random.below(8)))
            case 3:
                let end = min(bytes.count, at + random.below(30))
                bytes.insert(contentsOf: bytes[at..<end], at: random.below(bytes.count + 1))
            default: bytes.insert(contentsOf: Self.pieces[random.below(Self.pieces.count)], at: at)
            }
        }
        return bytes
    }

    private func outcome(_ path: String, _ options: ReadOptions) -> Outcome {
        do throws(Failure) {
            let (table, notes) = try DataReader.read(path, options)
            #expect(table.columns.allSatisfy { $0.count == table.rowCount })
            return .table(
                table.columns.map(\.name), table.columns.map(\.kind), table.columns.map(\.cells),
                table.columns.map(\.isInteger), notes)
        } catch { return .failure(error.description) }
    }

    private func batches(_ path: String, _ options: ReadOptions, rows: Int) -> Outcome {
        var names: [String] = []
        var kinds: [ColumnKind] = []
        var cells: [[CSVCell]] = []
        var integers: [Bool] = []
        do throws(Failure) {
            let notes = try DataReader.forEachBatch(path, options, batchRows: rows) { table in
                names = table.columns.map(\.name)
                kinds = table.columns.map(\.kind)
                integers = table.columns.map(\.isInteger)
                if cells.isEmpty { cells = names.map { _ in [] } }
                for (index, column) in table.columns.enumerated() { cells[index] += column.cells }
            }
            return .table(names, kinds, cells, integers, notes)
        } catch { return .failure(error.description) }
    }

    private func check(_ bytes: [UInt8], _ folder: CSVFolder) throws {
        var options = ReadOptions()
        options.threads = 1
        let path = try folder.write(bytes)
        let expected = outcome(path, options)
        for (blockBytes, threads) in [(1, 1), (9, 3), (40, 2)] {
            options.blockBytes = blockBytes
            options.threads = threads
            #expect(
                outcome(path, options) == expected,
                "\(blockBytes): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        let inBatches = batches(path, options, rows: 2)
        if case .table(_, _, let cells, _, _) = expected, cells.first?.isEmpty ?? true { return }
        #expect(inBatches == expected, "batches: \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(_ seed: UInt64) throws {
        var random = CSVRandom(seed: seed)
        let folder = try CSVFolder()
        for round in 0..<1500 { try check(mutate(Self.seeds[round % Self.seeds.count], &random), folder) }
    }

    @Test func randomBytes() throws {
        var random = CSVRandom(seed: 5)
        let folder = try CSVFolder()
        for _ in 0..<1000 {
            let count = 1 + random.below(80)
            try check((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }, folder)
            // Mostly structure.
            let alphabet = Array("\"\",\n\r;a1".utf8)
            try check((0..<count).map { _ in alphabet[random.below(alphabet.count)] }, folder)
        }
    }

    /// Many blocks in flight: quotes across their borders, kinds that change late.
    @Test func largeFile() throws {
        var random = CSVRandom(seed: 6)
        var text = "n,late,quoted,when,id\n"
        for row in 0..<60_000 {
            let late = row == 41_234 ? "oops" : "\(random.below(1000))"
            let quoted = random.below(3) == 0 ? "\"a,\n\"\"\(random.below(50))\"" : "w\(random.below(50))"
            text +=
                "\(Double(random.below(1 << 40)) / 1e6),\(late),\(quoted),2020-01-\(10 + random.below(19)),r\(row)\n"
        }
        let folder = try CSVFolder()
        let path = try folder.write(text)
        var options = ReadOptions()
        options.threads = 1
        options.blockBytes = 1 << 28
        let expected = outcome(path, options)
        guard case .table(_, let kinds, let cells, _, _) = expected else { Issue.record("\(expected)"); return }
        #expect(kinds == [.num, .cat, .cat, .datetime, .text])
        #expect(cells[1][41_234] == .text("oops"))
        options.threads = 4
        options.blockBytes = 10_000
        #expect(outcome(path, options) == expected)
        options.include = ["n", "when"]
        #expect(
            batches(path, options, rows: 7777)
                == .table(
                    ["n", "when"], [.num, .datetime], [cells[0], cells[3]], [false, false], []))
    }
}
