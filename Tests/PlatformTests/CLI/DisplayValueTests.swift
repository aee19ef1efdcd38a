import Core
import Platform
import Testing

@Suite("Values for people")
struct DisplayValueTests {
    @Test(
        "numbers have about four significant digits",
        arguments: [
            (0, "0"), (3, "3"), (-2, "-2"), (123_456_789, "123456789"), (0.93123, "0.9312"), (12.3456, "12.35"),
            (123.456, "123.5"), (0.00123456, "0.001235"), (0.000123456, "0.0001235"), (1.5e-7, "1.5e-07"),
            (1234567.25, "1.235e+06"), (1e300, "1e+300"), (.nan, "NaN"), (-.infinity, "-Infinity"),
        ] as [(Double, String)])
    func numbers(_ value: Double, _ expected: String) { #expect(DisplayValue.number(value) == expected) }

    @Test("numbers below each other have as many decimals as the smallest needs")
    func columns() {
        #expect(DisplayValue.numbers([0.5, 0.93123, nil, 1]) == ["0.5000", "0.9312", "", "1.0000"])
        #expect(DisplayValue.numbers([12.5, 130.25]) == ["12.50", "130.25"])
        #expect(DisplayValue.numbers([0.0012, 0.00345]) == ["0.001200", "0.003450"])
        #expect(DisplayValue.numbers([0.93, 0.00123]) == ["0.9300", "0.0012"])
        #expect(DisplayValue.numbers([1, 20]) == ["1", "20"])
        #expect(DisplayValue.numbers([0.5, 1e-9]) == ["0.5000", "1e-09"])
        #expect(DisplayValue.numbers([0.5, .nan]) == ["0.5000", "NaN"])
        #expect(DisplayValue.numbers([0.5, 3e12]) == ["0.5000", "3000000000000"])
        #expect(DisplayValue.numbers([]) == [])
    }

    @Test(
        "sizes",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1550, "1.6 kB"), (9_960, "10 kB"), (999_600, "1.0 MB"),
            (23_400_000, "23 MB"), (5_000_000_000_000, "5.0 TB"), (.max, "9223372 TB"),
        ] as [(Int64, String)])
    func sizes(_ bytes: Int64, _ expected: String) { #expect(DisplayValue.bytes(bytes) == expected) }

    @Test(
        "durations",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1200, "1.2 s"), (59_940, "59.9 s"), (60_000, "1 min"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"), (273_600_000, "3 d 4 h"), (-1500, "-1.5 s"),
        ] as [(Int64, String)])
    func durations(_ milliseconds: Int64, _ expected: String) {
        #expect(DisplayValue.duration(milliseconds: milliseconds) == expected)
        _ = DisplayValue.duration(milliseconds: .min)
    }

    @Test("how long ago, and the moment itself")
    func times() throws {
        let now = try #require(Timestamp(rfc3339: "2026-11-26T12:00:00Z"))
        for (time, expected) in [
            ("2026-11-26T11:59:55Z", "just now"), ("2026-11-26T12:00:30Z", "just now"),
            ("2026-11-26T11:59:18Z", "42 s ago"), ("2026-11-26T11:58:00Z", "2 min ago"),
            ("2026-11-26T09:00:01Z", "2 h ago"), ("2026-11-20T12:00:00Z", "6 d ago"),
            ("2026-01-02T12:00:00Z", "2026-01-02"), ("2026-11-27T12:00:00Z", "2026-11-27 12:00:00 UTC"),
        ] {
            let time = try #require(Timestamp(rfc3339: time))
            #expect(DisplayValue.age(time, now: now) == expected)
        }
        #expect(DisplayValue.moment(now) == "2026-11-26 12:00:00 UTC")
    }

    @Test("words that a shell takes as they are, and others")
    func shellWords() {
        #expect(ShellWord.quoted("credit-risk/3") == "credit-risk/3")
        #expect(ShellWord.quoted("credit risk") == "'credit risk'")
        #expect(ShellWord.quoted("it's $HOME") == "'it'\\''s $HOME'")
        #expect(ShellWord.quoted("") == "''")
    }
}
