import Core
import Foundation
import Tables

/// A folder for the files of one test.
final class CSVFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "steward-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ bytes: [UInt8], _ name: String = "data.csv") throws -> String {
        let file = url.appending(path: name)
        try Data(bytes).write(to: file)
        return file.path
    }

    func write(_ text: String, _ name: String = "data.csv") throws -> String { try write(Array(text.utf8), name) }
}

/// A table in a form that is easy to compare: NaN is nil, strings are spelled out.
enum CSVCell: Equatable, CustomStringConvertible {
    case number(UInt64)
    case text(String)
    case missing

    static func number(_ value: Double) -> CSVCell { value.isNaN ? .missing : .number(value.bitPattern) }

    var description: String {
        switch self {
        case .number(let bits): "\(Double(bitPattern: bits))"
        case .text(let text): text.debugDescription
        case .missing: "missing"
        }
    }
}

extension Column {
    var cells: [CSVCell] {
        switch values {
        case .numbers(let column): column.values.map { CSVCell.number($0) }
        case .strings(let column): column.indices.map { $0 < 0 ? .missing : .text(column.dictionary[Int($0)]) }
        }
    }

    var isInteger: Bool { if case .numbers(let column) = values { column.isInteger } else { false } }
}

func readCSV(_ text: String, _ options: ReadOptions = .init(), name: String = "data.csv") throws -> Table {
    let folder = try CSVFolder()
    return try DataReader.read(try folder.write(text, name), options).table
}

/// The failure that reading gives; `nil` if it gives none. The path is cut down to the file's name.
func csvFailure(_ bytes: [UInt8], _ options: ReadOptions = .init(), name: String = "data.csv") throws -> Failure? {
    let folder = try CSVFolder()
    let path = try folder.write(bytes, name)
    do throws(Failure) {
        _ = try DataReader.read(path, options)
        return nil
    } catch {
        let message = error.message.replacingOccurrences(of: folder.url.path + "/", with: "")
        return Failure(error.code, message, hint: error.hint)
    }
}
