import Core
import Foundation
import Platform
import Testing

@Suite("What commands tell a server about who they are")
struct StoredCredentialsTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steward-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private let entry = StoredCredentials.Entry(user: "ada", token: "stw_stored", tokenID: "t1")

    @Test("the environment first, in the order of the guide; then the stored token, of that server alone")
    func order() throws {
        try withFolder { folder in
            var environment = ["XDG_CONFIG_HOME": folder]
            func found(_ address: String = "http://one:5000") throws -> String? {
                try StoredCredentials.authorization(for: address, environment: environment)
            }
            #expect(try found() == nil)
            let path = try #require(StoredCredentials.path(environment))
            #expect(path == "\(folder)/steward/credentials")
            try StoredCredentials(path: path).set(entry, for: "http://one:5000/")
            #expect(try found() == "Bearer stw_stored")
            #expect(try found("http://one:5001") == nil)
            environment["MLFLOW_TRACKING_USERNAME"] = "ada"
            #expect(try found() == "Bearer stw_stored", "a name alone is nothing")
            environment["MLFLOW_TRACKING_PASSWORD"] = "pässword:with colon"
            let basic = try #require(try found())
            #expect(basic.hasPrefix("Basic "))
            #expect(Base64.bytes(of: String(basic.dropFirst(6))) == Array("ada:pässword:with colon".utf8))
            environment["MLFLOW_TRACKING_TOKEN"] = "other"
            #expect(try found() == "Bearer other")
            environment["STEWARD_TOKEN"] = "own"
            #expect(try found() == "Bearer own")
            environment["STEWARD_TOKEN"] = "two\r\nlines: x"
            #expect(throws: Failure.self) { try found() }
        }
    }

    @Test("the file is its owner's alone; one that others may read is refused")
    func permissions() throws {
        try withFolder { folder in
            let path = "\(folder)/a/credentials"
            let store = StoredCredentials(path: path)
            #expect(try store.entry(for: "http://one") == nil)
            try store.set(entry, for: "http://one")
            try store.set(.init(user: "b", token: "t", tokenID: "i"), for: "http://two")
            #expect(try FileContents.permissions(of: path) == 0o600)
            #expect(try FileContents.permissions(of: "\(folder)/a") == 0o700)
            #expect(try store.entry(for: "http://one/")?.token == "stw_stored")
            try store.set(nil, for: "http://one")
            #expect(try store.entry(for: "http://one") == nil)
            #expect(try store.entry(for: "http://two")?.user == "b")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(throws: Failure.self) { try store.entry(for: "http://two") }
            #expect(throws: Failure.self) { try store.set(entry, for: "http://one") }
        }
    }

    @Test("without a place for a file there is nothing stored")
    func nowhere() throws {
        #expect(StoredCredentials.path([:]) == nil)
        #expect(StoredCredentials.path(["HOME": "/h"]) == "/h/.config/steward/credentials")
        #expect(
            StoredCredentials.path(["HOME": "/h", "XDG_CONFIG_HOME": "relative"]) == "/h/.config/steward/credentials")
        #expect(try StoredCredentials.authorization(for: "http://one", environment: [:]) == nil)
    }
}
