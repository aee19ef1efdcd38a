import Foundation
import TestSupport

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

struct Failed: Error, CustomStringConvertible {
    let description: String
}

/// What a document keeps of answers, by name.
struct KeptTexts {
    private var texts: [String: String] = [:]

    mutating func keep(_ answer: String, _ request: Spec.Request) throws {
        let pattern = try Regex("\"\(request.member)\":\"([^\"]+)\"", as: (Substring, Substring).self)
        guard let match = answer.firstMatch(of: pattern) else {
            throw Failed(description: "line \(request.line): the answer has no \(request.member): \(answer)")
        }
        texts[request.name] = String(match.1)
    }

    private func filled(_ text: String) -> String {
        texts.reduce(text) { $0.replacing("$\($1.key)", with: $1.value) }
    }

    func filled(_ request: Spec.Request) -> Spec.Request {
        var request = request
        request.path = filled(request.path)
        request.body = filled(request.body)
        return request
    }

    func filled(_ command: Spec.Command) -> Spec.Command {
        var command = command
        command.text = filled(command.text)
        command.expected = command.expected.map(filled)
        return command
    }
}

/// A server for one document, with its data in the document's folder.
final class SpecServer {
    let address: String
    private let process: ChildProcess

    /// Nothing of the developer's machine may show in what is printed.
    static func environment(_ place: URL) -> [String: String] {
        ["HOME": place.path, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TZ": "UTC", "PATH": "/usr/bin:/bin"]
    }

    init(_ program: URL, in place: URL) throws {
        process = try ChildProcess(
            program.path, ["serve", "--data", "server-data", "--port", "0", "--log-level", "error"],
            environment: Self.environment(place), folder: place.path, error: .collected)
        // It says where it is when it listens; if it ends before, so does what it says.
        while true {
            let isRunning = process.isRunning
            if let match = process.errorText.firstMatch(of: /at (http:\/\/\S+)\n/) {
                address = String(match.1)
                return
            }
            guard isRunning else { throw Failed(description: "the server did not start: \(process.errorText)") }
            usleep(5000)
        }
    }

    /// - Returns: the status of the answer.
    func send(_ request: Spec.Request, _ kept: inout KeptTexts) async throws -> Int {
        let request = kept.filled(request)
        guard let url = URL(string: address + request.path) else { throw Failed(description: request.path) }
        var message = URLRequest(url: url)
        message.httpMethod = request.method
        if !request.body.isEmpty {
            message.httpBody = Data(request.body.utf8)
            message.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: message)
        if !request.name.isEmpty { try kept.keep(String(decoding: data, as: UTF8.self), request) }
        return (response as? HTTPURLResponse)?.statusCode ?? 0
    }

    func stop() {
        process.send(SIGTERM)
        _ = process.wait()
    }
}
