import CKernels
import Core

/// What the distinct strings of a text column say about its kind.
struct StringEvidence {
    /// Spellings that often stand for a missing value but are kept as text unless the user says otherwise.
    static let commonMissing = ["NA", "N/A", "n/a", "null", "NULL", "None", "-", "?", "#N/A"].map { Array($0.utf8) }

    private(set) var isBool = true
    /// Only numbers and common spellings of a missing value so far, both of them counted.
    private var isNumberLike = true
    private var hasNumber = false
    private var spellings: [[UInt8]] = []

    /// Nothing more can be learned.
    var isDecided: Bool { !isBool && !isNumberLike }

    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        if isBool { isBool = Self.truth(text, isForced: false) != nil }
        guard isNumberLike else { return }
        if let spelling = Self.commonMissing.first(where: { text.elementsEqual($0) }) {
            if !spellings.contains(spelling) { spellings.append(spelling) }
        } else if Self.isNumber(text) {
            hasNumber = true
        } else {
            isNumberLike = false
        }
    }

    /// The spellings that alone keep the column from being numbers.
    var spellingsInTheWay: [String]? {
        guard isNumberLike && hasNumber && !spellings.isEmpty else { return nil }
        return spellings.map { String(decoding: $0, as: UTF8.self) }
    }

    /// true or false in any case; where the schema says bool also t, f, yes, no, y, n, 1 and 0.
    static func truth(_ text: UnsafeBufferPointer<UInt8>, isForced: Bool) -> Bool? {
        guard (1...5).contains(text.count) else { return nil }
        let lower = text.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
        if lower.elementsEqual("true".utf8) { return true }
        if lower.elementsEqual("false".utf8) { return false }
        guard isForced else { return nil }
        switch String(decoding: lower, as: UTF8.self) {
        case "t", "yes", "y", "1", "1.0": return true
        case "f", "no", "n", "0", "0.0": return false
        default: return nil
        }
    }

    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return false }
        var value = 0.0
        var flags: UInt32 = 0
        return base.withMemoryRebound(to: CChar.self, capacity: text.count) {
            steward_number_parse($0, text.count, &value, &flags) != 0
        }
    }

    static func isNumber(_ text: String) -> Bool { Array(text.utf8).withUnsafeBufferPointer(isNumber) }

    static func isTime(_ text: String) -> Bool {
        var seconds = 0.0
        return text.utf8CString.withUnsafeBufferPointer {
            steward_timestamp_parse($0.baseAddress!, $0.count - 1, &seconds) != 0
        }
    }
}
