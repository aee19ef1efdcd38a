import Core
import Foundation
import Platform
import TestSupport

/// The built program, as a server of its own.
enum Program {
    private static let path: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appending(path: ".build/release/steward").path
    }()

    static let isBuilt = FileManager.default.isExecutableFile(atPath: path)

    /// What the program says of its endpoints.
    static func openAPI() async throws -> JSON {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rights-serve-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = try ChildProcess(
            path, ["serve", "--port", "0", "--log-level", "error", "--data", folder.path], error: .collected)
        defer { process.send(SIGKILL) }
        while !process.errorText.contains("stop with Ctrl-C") {
            guard process.isRunning else { throw Failure(.unavailable, "no server: \(process.errorText)") }
            try await Task.sleep(for: .milliseconds(5))
        }
        let digits = process.errorText.split(separator: "127.0.0.1:").dropFirst().first?.prefix { $0.isNumber } ?? ""
        return try await ServerClient.connect(to: "http://127.0.0.1:\(digits)") { try await $0.get("/openapi.json") }
    }
}
