import Core
import Statistics
import Testing

@Suite("Profile format")
struct ProfileFormatTests {
    @Test("what is written is read again, and merges on")
    func roundTrip() throws {
        for rows in [0, 1, 100, 9000] {
            var profile = try ProfileTables.profile(ProfileTables.table(rows: rows, seed: 77))
            let bytes = profile.serialised()
            var read = try TableProfile(serialised: bytes)
            #expect(read == profile && read.serialised() == bytes)
            let other = try ProfileTables.profile(ProfileTables.table(rows: 5000, seed: 78))
            try read.merge(other)
            try profile.merge(other)
            #expect(read.serialised() == profile.serialised())
        }
        #expect(try TableProfile(serialised: TableProfile.zero.serialised()) == .zero)
    }

    @Test("the bytes of a small profile are stable")
    func golden() throws {
        var profile = TableProfile(histograms: ["x": try FixedHistogram(edges: [0, 2])])
        try profile.update(
            Table(
                columns: [
                    Column(name: "x", kind: .num, values: .numbers(NumberColumn(values: [1, 2.5, .nan, 1]))),
                    Column(
                        name: "c", kind: .cat,
                        values: .strings(StringColumn(indices: [0, 1, 0, -1], dictionary: ["b", "a"]))),
                ], rowCount: 4))
        let expected = """
            53545750524f463101000000000000000400000000000000020000008f0000000100000078000004
            00000000000000010000000000000000000000000000000000000000000000010000000000000003
            00000000000000000000000000f83f000000000000f83f000000000000f03f000000000000044000
            000000000000000002000000000000000000f03f0000000000000440020100010200000000000000
            0000000000000000000000400001023d000000010000006301000400000000000000010000000000
            00000010000003000000000000000000000000000000020000000100000061010100000062020000
            126116b9850b973b
            """
        #expect(Self.hexadecimal(profile.serialised()) == expected.filter { $0 != "\n" && $0 != " " })
    }

    @Test("no truncation is accepted or crashes")
    func truncations() throws {
        let bytes = try ProfileTables.profile(ProfileTables.table(rows: 300, seed: 5)).serialised()
        for length in stride(from: 0, to: bytes.count, by: length(bytes)) {
            #expect(throws: Failure.self) { try TableProfile(serialised: Array(bytes[..<length])) }
        }
        #expect(throws: Failure.self) { try TableProfile(serialised: bytes + [0]) }
    }

    private func length(_ bytes: [UInt8]) -> Int { max(1, bytes.count / 5000) }

    @Test("every single flipped bit is noticed")
    func bitFlips() throws {
        let profile = try ProfileTables.profile(ProfileTables.table(rows: 40, seed: 6))
        let bytes = profile.serialised()
        for index in 0..<min(bytes.count, 4000) {
            var damaged = bytes
            damaged[index] ^= 1 << (index % 8)
            #expect(throws: Failure.self, "byte \(index)") { try TableProfile(serialised: damaged) }
        }
    }

    @Test("damage with a valid checksum never crashes: it is refused, or gives a profile that works", arguments: 0..<4)
    func semanticDamage(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        // Small enough to hit every field, with a sketch, levels and lengths in it.
        let source = ProfileTables.table(rows: seed % 2 == 0 ? 30 : 6000, seed: UInt64(seed))
        let bytes = try ProfileTables.profile(source).serialised()
        let other = try ProfileTables.profile(ProfileTables.table(rows: 10, seed: 1))
        var accepted = 0
        for round in 0..<1500 {
            var damaged = Array(bytes.dropLast(8))
            for _ in 0..<(1 + round % 3) {
                // The first half of the rounds stays near the beginning, where the headers are.
                let range = round % 2 == 0 ? min(400, damaged.count) : damaged.count
                let index = 8 + Int(random.next() % UInt64(range - 8))
                switch random.next() % 4 {
                case 0: damaged[index] = 0xFF
                case 1: damaged[index] = 0
                case 2: damaged[index] ^= 1 << UInt8(random.next() % 8)
                default: damaged[index] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            damaged += Self.checksum(damaged)
            guard var profile = try? TableProfile(serialised: damaged) else { continue }
            accepted += 1
            #expect(profile.serialised() == damaged)
            for column in profile.columns {
                _ = (column.distribution, column.distinctEstimate, column.categoryCounts, column.lengthDistribution)
                _ = column.numbers?.quantiles.quantiles([0, 0.5, 1])
            }
            _ = try? profile.merge(other)
            _ = try? profile.update(source)
        }
        // Values and counts may change without contradicting anything; most damage is noticed.
        #expect(accepted < 1400)
    }

    @Test("messages say what is wrong")
    func messages() throws {
        func message(_ bytes: [UInt8]) -> String {
            do throws(Failure) {
                _ = try TableProfile(serialised: bytes)
                return "accepted"
            } catch {
                return "\(error.code): \(error.message)"
            }
        }
        #expect(message([]) == "invalid: this is not a profile: it does not begin with \"STWPROF1\"")
        #expect(message(Array("a,b\n1,2\n".utf8)).hasPrefix("invalid: this is not a profile"))
        var bytes = TableProfile.zero.serialised()
        bytes[8] = 2
        #expect(message(bytes) == "unsupported: this profile has format version 2, and this Steward reads version 1")
        bytes = TableProfile.zero.serialised()
        bytes[20] = 1
        #expect(message(bytes).contains("its checksum does not match"))
        #expect(TableProfile.isProfile(bytes) && !TableProfile.isProfile([1, 2]))
    }

    /// XXH64 with seed 0 through the library: the checksum of a profile is over everything before it.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] { ProfileChecksum.bytes(of: bytes) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

@Suite("XXH64")
struct SketchHashTests {
    @Test(
        "published values",
        arguments: [
            ("", 0xEF46_DB37_51D8_E999 as UInt64), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
        ])
    func vectors(text: String, hash: UInt64) {
        #expect(ProfileChecksum.hash(Array(text.utf8)) == hash)
    }
}
