import ArgumentParser
import Core
import Monitoring
import Platform
import Statistics
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("steward profile")
struct ProfileCommandTests {
    /// A folder that is removed afterwards.
    private final class Folder {
        let path: String
        init() {
            var template = Array("/tmp/steward-test-XXXXXX".utf8CString)
            path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
        }
        deinit {
            for name in names { unlink("\(path)/\(name)") }
            rmdir(path)
        }
        var names: [String] {
            guard let directory = opendir(path) else { return [] }
            defer { closedir(directory) }
            var names: [String] = []
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != "." && name != ".." { names.append(name) }
            }
            return names.sorted()
        }
    }

    private func run(_ arguments: String...) throws {
        let command = try #require(Monitoring.commands.first { $0.configuration.commandName == "profile" })
        var parsed = try command.parseAsRoot(arguments)
        try parsed.run()
    }

    private func profile(_ values: [Double]) throws -> TableProfile {
        try SageMakerDocuments.profile([SageMakerDocuments.numbers("x", values)])
    }

    @Test("merge writes the profile of the whole")
    func merge() throws {
        let folder = Folder()
        let (one, two, out) = ("\(folder.path)/1", "\(folder.path)/2", "\(folder.path)/week")
        try ProfileFile.write(try profile([1, 2]), to: one)
        try ProfileFile.write(try profile([3]), to: two)
        try run("merge", one, two, "-o", out)
        #expect(try ProfileFile.read(out).serialised() == profile([1, 2, 3]).serialised())
        #expect(folder.names == ["1", "2", "week"])
        try run("show", out)
        try run("show", out, "--format", "json")
    }

    @Test("failures end with status 2 and leave the output alone")
    func failures() throws {
        let folder = Folder()
        let (one, two, out) = ("\(folder.path)/1", "\(folder.path)/2", "\(folder.path)/out")
        try ProfileFile.write(try profile([1]), to: one)
        try ProfileFile.write(try SageMakerDocuments.profile([SageMakerDocuments.strings("x", ["a"])]), to: two)
        try AtomicFile.write(Array("kept".utf8), to: out)
        for arguments in [
            ["merge", one, two, "-o", out], ["merge", "\(folder.path)/none", "-o", out], ["show", out],
        ] {
            let command = try #require(Monitoring.commands.first { $0.configuration.commandName == "profile" })
            var parsed = try command.parseAsRoot(arguments)
            do {
                try parsed.run()
                Issue.record("no failure for \(arguments)")
            } catch let code as ExitCode {
                #expect(code.rawValue == 2)
            }
        }
        #expect(try FileContents.read(out) == Array("kept".utf8) && folder.names == ["1", "2", "out"])
    }

    @Test("data becomes a profile, with the columns that were asked for; the data is never overwritten")
    func create() throws {
        let folder = Folder()
        let (data, out) = ("\(folder.path)/data.csv", "\(folder.path)/out")
        try AtomicFile.write(Array("x,y,z\n1,a,?\n2,b,5\n4,a,6\n".utf8), to: data)
        try run(data, "-o", out, "--columns", "x,y", "--columns", "z", "--exclude", "y", "--missing", "?")
        let profile = try ProfileFile.read(out)
        #expect(profile.rows == 3 && profile.columns.map(\.name) == ["x", "z"])
        #expect(profile.column(named: "x")?.isInteger == true && profile.column(named: "x")?.moments?.mean == 7.0 / 3)
        #expect(profile.column(named: "z")?.missing == 1 && profile.column(named: "z")?.kind == .num)
        let before = try FileContents.read(out)
        for arguments in [
            [data, "-o", data], [data, "-o", out, "--columns", "w"], [data, "-o", "\(folder.path)/none/out"],
            ["\(folder.path)/none", "-o", out],
        ] {
            let command = try #require(Monitoring.commands.first { $0.configuration.commandName == "profile" })
            var parsed = try command.parseAsRoot(arguments)
            #expect(throws: ExitCode(2)) { try parsed.run() }
        }
        #expect(try FileContents.read(out) == before && folder.names == ["data.csv", "out"])
    }

    @Test("a damaged profile names the file and what to do")
    func damaged() throws {
        let folder = Folder()
        var bytes = try profile([1, 2, 3]).serialised()
        bytes[30] ^= 1
        try AtomicFile.write(bytes, to: "\(folder.path)/p")
        do throws(Failure) {
            _ = try ProfileFile.read("\(folder.path)/p")
            Issue.record("accepted")
        } catch {
            #expect(error.message.hasPrefix("\(folder.path)/p: the profile is damaged: its checksum does not match"))
            #expect(error.hint?.contains("steward profile DATA -o FILE") == true)
        }
    }

    @Test("the JSON export has the figures")
    func json() throws {
        let document = ProfileJSON.document(
            try SageMakerDocuments.profile([
                SageMakerDocuments.numbers("x", [1, 2, 3, .nan]),
                SageMakerDocuments.strings("c", ["a", "b", "a", "a"]),
            ]))
        let columns = try #require(document["columns"]?.elements)
        #expect(document["rows"] == .integer(4) && columns[0]["missing"] == .integer(1))
        #expect(
            columns[0]["numbers"]?["mean"]?.double == 2 && columns[0]["numbers"]?["quantiles"]?.elements?.count == 9)
        #expect(columns[1]["categories"]?["most_frequent"]?.elements?[0]["value"]?.text == "a")
    }
}
