/// Column names as they are typed: several options, several values behind one, or one value with commas.
/// A name that holds a comma can only be given in a configuration file.
enum ColumnNames {
    static func split(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",").map(String.init) }
    }
}
