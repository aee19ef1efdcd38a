import CKernels
import Core

/// What can be wrong with CSV text, and how it is said.
enum CSVProblem {
    case ragged(expected: Int, found: Int, delimiter: UInt8)
    case unclosedQuote
    case quoteTooFar(limit: Int)
    case textAfterQuote
    case invalidUTF8
    case nul
    case longField(limit: Int)
    case longRecord(limit: Int)
    case noMemory
    case notANumber(String)
    case notATime(String)
    case notABool(String)
    case outOfRange(String)

    static func encodingHint(_ path: String) -> String {
        "Convert the file to UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 \(path) > converted.csv"
    }

    func failure(_ path: String, line: Int, column: String?) -> Failure {
        let place = column.map { "line \(line), column \(excerpt(Array($0.utf8)))" } ?? "line \(line)"
        let (message, hint) = words(path)
        let code: Failure.Code = if case .noMemory = self { .exhausted } else { .invalid }
        return Failure(code, "\(path): \(place): \(message)", hint: hint)
    }

    private func words(_ path: String) -> (message: String, hint: String) {
        switch self {
        case .ragged(let expected, let found, let delimiter):
            (
                "\(found) field\(found == 1 ? "" : "s") where the header has \(expected)",
                "Put a field that contains \(excerpt([delimiter])) into quotes, or choose another delimiter."
            )
        case .unclosedQuote:
            ("the quote that opens here is never closed", "Close it; a quote inside a quoted field is written twice.")
        case .quoteTooFar(let limit):
            (
                "the quote that opens here is not closed within \(limit) bytes",
                "Close it; a quote inside a quoted field is written twice."
            )
        case .textAfterQuote:
            ("text after the closing quote of a field", "A quote inside a quoted field is written twice.")
        case .invalidUTF8: ("the text is not valid UTF-8", Self.encodingHint(path))
        case .nul: ("a NUL byte", "Check that this is a text file and how it was written.")
        case .longField(let limit):
            ("a field longer than \(limit) bytes", "Leave the column out or shorten its values.")
        case .longRecord(let limit):
            ("a record longer than \(limit) bytes", "Check the delimiter and the line ends.")
        case .noMemory: ("no memory for this block of rows", "Leave out columns with long text.")
        case .notANumber(let text):
            (
                "\(text) is not a number",
                "Correct it, declare the column as cat, or give --missing \(text) if that means a missing value."
            )
        case .notATime(let text):
            (
                "\(text) is not an ISO 8601 date or time",
                "Write 2026-01-31 or 2026-01-31T12:00:00Z, or declare the column as cat."
            )
        case .notABool(let text):
            ("\(text) is not a truth value", "Write true or false, or declare the column as cat.")
        case .outOfRange(let text):
            (
                "\(text) is too large for a 64-bit floating-point number",
                "Correct it, write inf if that is meant, or declare the column as cat."
            )
        }
    }
}

/// Text from a file as it is shown in a message: in quotes, shortened, with control characters escaped.
func excerpt(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.prefix(240), as: UTF8.self)
    let short = text.prefix(40)
    return (short.utf8.count < bytes.count ? String(short) + "…" : String(short)).debugDescription
}
