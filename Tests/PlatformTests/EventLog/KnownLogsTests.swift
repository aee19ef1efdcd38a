import Core
import Foundation
import Platform
import Testing

@Suite("Known logs")
struct KnownLogsTests {
    private static let time = Timestamp(milliseconds: 1_764_000_000_000)

    private static func sighting(_ place: String, _ size: Int) throws -> KnownLogs.Sighting {
        let checkpoint = try SampleLog.trust.checkpoint(SampleLog.checkpoint(size))
        return .init(place: place, key: SampleLog.key.verifier, checkpoint: checkpoint, time: time)
    }

    @Test("what was seen is found again after it was written, by place and by key")
    func file() throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/deep/er/logs.json"
        var known = try KnownLogs(file: file)
        #expect(known.sighting(at: "http://a") == nil)
        known.remember(try Self.sighting("http://a", 3))
        known.remember(try Self.sighting("http://b", 5))
        known.remember(try Self.sighting("http://a", 7))
        try known.write(to: file)
        let read = try KnownLogs(file: file)
        #expect(read.sighting(at: "http://a")?.size == 7)
        #expect(read.sighting(at: "http://a")?.checkpoint == SampleLog.checkpoint(7))
        #expect(read.sighting(at: "http://a")?.time == Self.time)
        #expect(read.sightings(of: SampleLog.key.verifier, except: "http://a").map(\.place) == ["http://b"])
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        known.forget("http://a")
        #expect(known.sighting(at: "http://a") == nil)
    }

    @Test(
        "a file that was changed is refused, never taken for nothing known",
        arguments: [("\"version\": 1", "\"version\": 2"), ("\\n7\\n", "\\n6\\n"), ("seen", "gone"), ("{", "")])
    func changed(_ old: String, _ new: String) throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/logs.json"
        var known = KnownLogs()
        known.remember(try Self.sighting("http://a", 7))
        try known.write(to: file)
        let text = try #require(String(bytes: try FileContents.read(file), encoding: .utf8))
        let start = try #require(text.range(of: old))
        try AtomicFile.write(Array(text.replacingCharacters(in: start, with: new).utf8), to: file)
        #expect(throws: Failure.self) { _ = try KnownLogs(file: file) }
    }

    @Test("the file follows the XDG base directories")
    func place() throws {
        let home = ["HOME": "/h"]
        #expect(try KnownLogs.defaultFile(home) == "/h/.local/state/steward/audit-logs.json")
        let state = home.merging(["XDG_STATE_HOME": "/s"]) { $1 }
        #expect(try KnownLogs.defaultFile(state) == "/s/steward/audit-logs.json")
        // Relative paths are to be ignored.
        let relative = home.merging(["XDG_STATE_HOME": "s"]) { $1 }
        #expect(try KnownLogs.defaultFile(relative) == "/h/.local/state/steward/audit-logs.json")
        #expect(throws: Failure.self) { _ = try KnownLogs.defaultFile([:]) }
    }
}
