import Core

/// `Content-Disposition` of a download (RFC 6266): always an attachment, so that no browser shows what somebody
/// uploaded as if this server said it.
package enum ContentDisposition {
    package static func attachment(_ name: String) -> String {
        let isToken = !name.isEmpty && name.utf8.allSatisfy(isTokenCharacter)
        if isToken { return "attachment; filename=\(name)" }
        var plain = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"", "\\": plain += "\\\(scalar)"
            case " "..."~": plain.unicodeScalars.append(scalar)
            default: plain += "_"
            }
        }
        // Some readers decode percent signs in the plain form; the other form says what is meant.
        let isPlain = name.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "%") }
        if isPlain { return "attachment; filename=\"\(plain)\"" }
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(PercentEncoding.encode(name))"
    }

    /// RFC 9110, section 5.6.2, without `%`, `'` and `*`, which mean something in extended parameters.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$&+-.^_`|~".utf8.contains(byte)
        }
    }
}
