import Core

/// Names of users and groups: ASCII, so that no two of them look alike, and without what separates things elsewhere
/// (`:` in Basic credentials, `/` in paths).
enum AccountNames {
    private static let most = 100
    /// Names that mean something else in the event log, and the user name of a token in Basic credentials.
    private static let reserved: Set<String> = ["local", "system", "nobody", "token"]

    /// - Throws: `invalid` when it is none.
    static func check(_ name: String, _ what: String = "name") throws(Failure) {
        guard isName(name) else {
            throw Failure(
                .invalid, "\(what): '\(name.prefix(50))' is no name of a user or group",
                hint: "Names have 1 to \(most) letters, digits and . _ - + @, and begin with a letter or digit.")
        }
        guard !reserved.contains(name.lowercased()) else {
            throw Failure(.invalid, "\(what): '\(name)' is reserved", hint: "Choose another name.")
        }
    }

    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetterOrDigit(first), name.utf8.count <= most else { return false }
        return name.utf8.allSatisfy { isLetterOrDigit($0) || "._-+@".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    /// What tells users apart: names that differ in case only would be mistaken for each other.
    static func folded(_ name: String) -> String { name.lowercased() }

    /// A line for people to read.
    /// - Throws: `invalid` when it is too long or holds a control character.
    static func checkText(_ text: String, _ what: String, most: Int = 200) throws(Failure) {
        guard text.utf8.count <= most, !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { throw Failure(.invalid, "\(what): it must be one line of at most \(most) bytes") }
    }
}
