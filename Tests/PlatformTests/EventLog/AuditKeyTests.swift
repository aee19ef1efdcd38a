import Core
import Foundation
import Platform
import Testing

@Suite("The key of the event log")
struct AuditKeyTests {
    @Test("it is made once, for its owner alone, and read again")
    func made() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/audit.key"
        let key = try AuditKey.load(path, name: "steward.example/audit", recorded: nil)
        #expect(try FileContents.permissions(of: path) == 0o600)
        let again = try AuditKey.load(path, name: "steward.example/audit", recorded: key.verifier.description)
        #expect(again.verifier.description == key.verifier.description)
    }

    @Test("a file that everybody may read or write is refused; one for a group is not")
    func permissions() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/audit.key"
        let key = try AuditKey.load(path, name: "steward.example/audit", recorded: nil)
        for (mode, isTaken) in [(0o644, false), (0o602, false), (0o660, true), (0o400, true)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let load = { try AuditKey.load(path, name: "x", recorded: key.verifier.description) }
            if isTaken {
                #expect(try load().verifier.description == key.verifier.description)
            } else {
                let refused = #expect(throws: Failure.self) { try load() }
                #expect(refused?.code == .denied)
                #expect(refused?.hint?.contains("chmod 600") == true)
            }
        }
    }

    @Test("a database that knows a key gets no other one made")
    func missing() throws {
        let folder = try TemporaryFolder()
        let refused = #expect(throws: Failure.self) {
            try AuditKey.load("\(folder.path)/audit.key", name: "x", recorded: "x+1+2")
        }
        #expect(refused?.code == .conflict)
    }
}
