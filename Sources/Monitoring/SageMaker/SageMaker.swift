import Core
import Platform

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The three files of Amazon SageMaker Model Monitor's data quality monitor, after their published schemas ("Schema for
/// Statistics", "Schema for Constraints", "Schema for Violations" in the SageMaker developer guide). The distances are
/// those of Deequ 1.x, which that monitor runs.
package enum SageMaker {
    /// What SageMaker takes the values of a column for.
    package enum InferredType: String, Sendable, CaseIterable {
        case integral = "Integral"
        case fractional = "Fractional"
        case string = "String"
        case unknown = "Unknown"
    }

    /// Larger documents are refused: 256 MiB.
    static let documentLimit = 256 << 20

    static func document(_ path: String) throws(Failure) -> JSON {
        let bytes = try FileContents.read(path, limit: documentLimit)
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw Failure(.invalid, "\(path): \(error.message)", hint: "This should be a JSON document.")
        }
    }

    /// A failure about one place of a document.
    static func failure(_ place: String, _ what: String) -> Failure {
        Failure(.invalid, "\(place): \(what)", hint: "Check that this file was written by SageMaker Model Monitor.")
    }

    /// SageMaker writes counts as integers or as fractions (190 or 190.0).
    static func count(_ value: JSON?, _ place: String) throws(Failure) -> Int? {
        guard let value, value != .null else { return nil }
        guard let number = value.double, number >= 0, number <= 0x1p52, number.rounded() == number else {
            throw failure(place, "must be a count")
        }
        return Int(number)
    }

    static func number(_ value: JSON?, _ place: String) throws(Failure) -> Double? {
        guard let value, value != .null else { return nil }
        guard let number = value.double else { throw failure(place, "must be a number") }
        return number
    }

    static func text(_ value: JSON?, _ place: String) throws(Failure) -> String {
        guard let text = value?.text else { throw failure(place, "must be a string") }
        return text
    }

    static func elements(_ value: JSON?, _ place: String) throws(Failure) -> [JSON] {
        guard let elements = value?.elements else { throw failure(place, "must be an array") }
        return elements
    }

    static func type(_ value: JSON?, _ place: String) throws(Failure) -> InferredType {
        // Types of later versions are nothing that could be checked.
        InferredType(rawValue: try text(value, place)) ?? .unknown
    }

    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}
