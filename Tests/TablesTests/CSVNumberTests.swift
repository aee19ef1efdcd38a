import Core
import Foundation
import Tables
import Testing

/// A reproducible stream of random bits (SplitMix64).
struct CSVRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

@Suite("CSV: numbers are those of strtod")
struct CSVNumberTests {
    private func check(_ numbers: [String]) throws {
        var text = Array("x,y\n".utf8)
        for number in numbers {
            text += number.utf8
            text.append(UInt8(ascii: ","))
            // The same number through quotes takes the other way through the parser.
            text += "\"\(number)\"\n".utf8
        }
        let folder = try CSVFolder()
        let table = try DataReader.read(try folder.write(text), .init()).table
        var wrong: [String] = []
        for column in table.columns {
            guard case .numbers(let found) = column.values else { Issue.record("no numbers"); return }
            for (index, number) in numbers.enumerated()
            where found.values[index].bitPattern != strtod(number, nil).bitPattern { wrong.append(number) }
        }
        #expect(table.rowCount == numbers.count)
        #expect(wrong.isEmpty, "\(wrong.count) differ: \(wrong.prefix(5))")
    }

    private func finite(_ random: inout CSVRandom) -> Double {
        while true {
            let value = Double(bitPattern: random.next())
            if value.isFinite && value.magnitude < 1e308 { return value }
        }
    }

    @Test func shortestForms() throws {
        var random = CSVRandom(seed: 1)
        try check((0..<300_000).map { _ in finite(&random).description })
    }

    @Test func digitsAndExponents() throws {
        var random = CSVRandom(seed: 2)
        try check(
            (0..<400_000).map { _ in
                let whole = random.next() >> UInt64(random.below(64))
                let fraction = random.next() >> UInt64(random.below(64))
                let sign = random.below(2) == 0 ? "-" : ""
                let point = random.below(4) > 0 ? ".\(fraction)" : ""
                // Up to 1e289, whatever the digits.
                return sign + "\(whole)" + point + (random.below(3) == 0 ? "" : "e\(random.below(600) - 330)")
            })
    }

    @Test func decimals() throws {
        var random = CSVRandom(seed: 3)
        try check(
            (0..<300_000).map { _ in
                let digits = String(random.next() >> UInt64(random.below(60)))
                let cut = random.below(digits.utf8.count + 1)
                return "\(digits.prefix(cut)).\(digits.dropFirst(cut))"
            })
    }

    /// Exactly halfway between two doubles, and a little beside: all digits decide.
    @Test func halfway() throws {
        var random = CSVRandom(seed: 4)
        var numbers: [String] = []
        for _ in 0..<20_000 {
            let significand = random.next() >> 11 | 1 << 52
            let shift = random.below(60)
            // (2 m + 1) / 2^(shift + 1), exactly, by repeated halving of its decimal digits.
            var digits = Array(String(2 * significand + 1).utf8).map { $0 - 48 }
            for _ in 0...shift {
                var carry: UInt8 = 0
                for index in digits.indices {
                    let value = carry * 10 + digits[index]
                    digits[index] = value / 2
                    carry = value % 2
                }
                if carry > 0 { digits.append(5) } else { digits.append(0) }
            }
            let text = String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
            let exact = text.dropLast(shift + 1) + "." + text.suffix(shift + 1)
            numbers += [String(exact), exact + "1", exact + String(repeating: "0", count: 900) + "1"]
            numbers.append(String(exact.dropLast()) + "4999999999999999999999")
        }
        try check(numbers)
    }

    @Test func edges() throws {
        try check([
            "0", "-0", "0.0", "-0.0e5", "0e999999999999", "1e-400", "4.9e-324", "2.4703282292062327e-324",
            "2.4703282292062328e-324", "2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308",
            "1.7976931348623157e308", "1.7976931348623158e308", "9007199254740993", "9007199254740992.5",
            "9007199254740993.00000000000000000000000000000001", "18446744073709551615", "18446744073709551616",
            "00000000000000000000000000000001", "0.00000000000000000000000000000001", "1e+22", "1e23", "123456789e-300",
            String(repeating: "9", count: 308), "0." + String(repeating: "0", count: 400) + "1",
            String(repeating: "0", count: 5000) + "1", "1" + String(repeating: "0", count: 300) + ".5",
        ])
        for tooLarge in ["1.8e308", "1e309", String(repeating: "9", count: 310), "1e99999999999999999999"] {
            #expect(try csvFailure(Array("x\n\(tooLarge)\n".utf8))?.message.contains("too large") == true)
        }
    }
}
