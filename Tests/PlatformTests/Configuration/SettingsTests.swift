import Core
import Foundation
import Platform
import Testing

@Suite("Settings")
struct SettingsTests {
    private static let known = ["host", "port", "log_format", "allowed_host", "strict", "alpha", "importances"]

    private func settings(_ yaml: String, _ environment: [String: String] = [:]) throws -> Settings {
        let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).yaml")
        try Data(yaml.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try Settings(Self.known, environment: environment, file: file.path)
    }

    @Test("a flag wins over a variable, a variable over the file, the file over nothing")
    func precedence() throws {
        let settings = try settings("port: 1\nhost: file", ["STEWARD_PORT": "2"])
        #expect(try settings.integer("port", flag: 3) == 3)
        #expect(try settings.integer("port", flag: nil) == 2)
        #expect(try settings.text("host", flag: nil) == "file")
        #expect(try settings.choice("log_format", flag: LogFormat?.none) == nil)
    }

    @Test("an empty variable is none")
    func emptyVariable() throws {
        #expect(try settings("port: 1", ["STEWARD_PORT": ""]).integer("port", flag: nil) == 1)
    }

    @Test("lists are lists of the file, and words between commas of a variable")
    func lists() throws {
        #expect(try settings("allowed_host: [a, b]").texts("allowed_host", flag: []) == ["a", "b"])
        #expect(try settings("allowed_host: a").texts("allowed_host", flag: []) == ["a"])
        let variable = try settings("allowed_host: a", ["STEWARD_ALLOWED_HOST": "b, c,"])
        #expect(try variable.texts("allowed_host", flag: []) == ["b", "c"])
        #expect(try variable.texts("allowed_host", flag: ["d"]) == ["d"])
    }

    @Test("numbers, truth and choices")
    func kinds() throws {
        let settings = try settings("strict: yes\nalpha: 0.05\nlog_format: json\nimportances:\n  a: 2\n")
        #expect(try settings.isSet("strict", flag: false))
        #expect(try settings.number("alpha", flag: nil) == 0.05)
        #expect(try settings.choice("log_format", flag: LogFormat?.none) == .json)
        #expect(try settings.numbers("importances") == ["a": 2])
    }

    @Test(
        "what cannot be read is refused, with its place",
        arguments: [
            ("host: x\nprot: 1", "line 2: unknown setting \"prot\""), ("- a", "expected `name: value` lines"),
            ("host: [", "not valid YAML"), ("host: x\n\nport: many", "line 3: `port` must be an integer"),
            ("port: [1]", "line 1: `port` must be an integer"),
        ])
    func refused(_ yaml: String, _ message: String) {
        let failure = #expect(throws: Failure.self) { try settings(yaml).integer("port", flag: nil) }
        #expect(failure?.message.contains(message) == true)
    }

    @Test("a mistyped name is answered with the nearest")
    func nearest() {
        let failure = #expect(throws: Failure.self) { try settings("prot: 1") }
        #expect(failure?.hint == "Did you mean port?")
    }

    @Test("a variable that cannot be read is refused by name")
    func badVariable() {
        let failure = #expect(throws: Failure.self) {
            try settings("", ["STEWARD_LOG_FORMAT": "xml"]).choice("log_format", flag: LogFormat?.none)
        }
        #expect(failure?.message == "STEWARD_LOG_FORMAT: \"xml\" is not one of text, json")
    }
}
