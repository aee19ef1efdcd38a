import Core
import Testing

@Suite("JSON canonical form (RFC 8785)")
struct JSONCanonicalTests {
    private func canonical(_ value: JSON) throws -> String { String(decoding: try value.canonical(), as: UTF8.self) }

    @Test("section 3.2: the example document")
    func example() throws {
        let document = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(try JSONParser.parse(document)) == expected)
    }

    @Test("section 3.2.3: names are sorted by UTF-16 code units")
    func sorting() throws {
        let document = #"""
            {
              "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
              "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
              "\u00f6": "Latin Small Letter O With Diaeresis"
            }
            """#
        let sorted = try JSONParser.parse(try JSONParser.parse(document).canonical())
        #expect(
            sorted.members?.compactMap(\.value.text) == [
                "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
                "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
            ])
    }

    @Test(
        "appendix B: numbers",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func numbers(bits: UInt64, expected: String) throws {
        #expect(try canonical(.number(Double(bitPattern: bits))) == expected)
    }

    @Test("integers are written as the doubles they are")
    func integers() throws {
        #expect(try canonical(.array([.integer(0), .integer(-12), .integer(1 << 53)])) == "[0,-12,9007199254740992]")
        #expect(try canonical(.integer(1 << 60)) == "1152921504606847000")
    }

    @Test("delete and the letters of escapes")
    func escapes() throws {
        #expect(try canonical(.string("\u{8}\u{9}\u{A}\u{C}\u{D}\u{1}\u{7F}/")) == #""\b\t\n\f\r\u0001"# + "\u{7F}/\"")
    }

    @Test("equal data has equal bytes, and they are read back as the same data")
    func normalForm() throws {
        let left = try JSONParser.parse(#"{"b": [1.0, 1e2, {"y": 0, "x": -0.0}], "a": "\u0041"}"#)
        let right = try JSONParser.parse(#"{"a":"A","b":[1,100,{"x":0,"y":0}]}"#)
        #expect(try left.canonical() == right.canonical())
        #expect(try JSONParser.parse(left.canonical()) == right)
    }

    @Test(
        "what has no canonical form is refused",
        arguments: [
            .number(.nan), .number(.infinity), .integer((1 << 53) + 1), .integer(.max),
            .array([.number(-.infinity)]), .object([.init("a", .null), .init("b", .null), .init("a", .null)]),
        ] as [JSON])
    func refused(value: JSON) {
        let failure = #expect(throws: Failure.self) { try value.canonical() }
        #expect(failure?.code == .invalid)
    }
}
