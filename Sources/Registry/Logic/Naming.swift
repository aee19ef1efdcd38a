import Core
import MLflow

/// What names and texts may look like: MLflow's rules, and bounds where it has none.
enum Naming {
    /// Characters of a model's name; as an index entry of 4 bytes each they fit both databases.
    static let nameLimit = 500
    /// Bytes of a description.
    static let descriptionLimit = 100_000

    static func checkModelName(_ name: String) throws(Failure) {
        try Validate.modelName(name)
        guard name.unicodeScalars.count <= nameLimit else {
            throw Failure(.invalid, "'name' exceeds the maximum length of \(nameLimit) characters")
        }
        try checkText(name, "name")
    }

    static func checkTag(_ tag: Tag) throws(Failure) {
        try Validate.modelVersionTag(tag.key, value: tag.value)
        try checkText(tag.value, "value")
    }

    static func checkDescription(_ description: String?) throws(Failure) {
        guard let description else { return }
        guard description.utf8.count <= descriptionLimit else {
            throw Failure(.invalid, "'description' exceeds the maximum length of \(descriptionLimit) bytes")
        }
        try checkText(description, "description")
    }

    /// No text may hold a zero byte: PostgreSQL cannot store one.
    static func checkText(_ text: String, _ parameter: String) throws(Failure) {
        guard !text.utf8.contains(0) else {
            throw Failure(.invalid, "Invalid value for parameter '\(parameter)': it holds a zero byte")
        }
    }

    /// A version's number as MLflow writes it: a text of digits.
    static func version(_ text: String) throws(Failure) -> Int64 { Int64(try Validate.modelVersion(text)) }
}
