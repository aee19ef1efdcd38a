import Core
import Foundation
import Testing

@Suite("Base 64")
struct Base64Tests {
    @Test(
        "the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(_ plain: String, _ text: String) {
        #expect(Base64.text(of: Array(plain.utf8)) == text)
        #expect(Base64.bytes(of: text) == Array(plain.utf8))
    }

    @Test("all bytes, all lengths, as Foundation writes them")
    func lengths() {
        let all = (0...255).map { UInt8($0) }
        for count in 0...256 {
            let bytes = Array(all[..<count])
            #expect(Base64.text(of: bytes) == Data(bytes).base64EncodedString())
            #expect(Base64.bytes(of: Base64.text(of: bytes)) == bytes)
        }
    }

    @Test(
        "other texts for the same bytes are refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "=", "==", "====", "Zg==Zg==", "Z===", "Zm9v=",
            "Zm9v====",
            " Zg==", "Zg==\n", "Z g=", "Zm-_", "Zm9v\0", "Zé==",
        ])
    func refused(_ text: String) { #expect(Base64.bytes(of: text) == nil) }

    @Test("every text of four that is read is written back")
    func canonical() {
        let units = Array("AZaz09+/=Bg".utf8)
        for a in units {
            for b in units {
                for c in units {
                    for d in units {
                        let text = String(decoding: [a, b, c, d], as: UTF8.self)
                        if let bytes = Base64.bytes(of: text) { #expect(Base64.text(of: bytes) == text) }
                    }
                }
            }
        }
    }
}
