import Core
import MLflow
import Platform

/// Uploads in parts. The parts go to whole addresses of this server, which clients are told when they begin: the server
/// as the client called it.
struct MultipartCalls {
    let artifacts: ArtifactService

    init(_ artifacts: ArtifactService) { self.artifacts = artifacts }

    private static let mostParts: Int64 = 10_000
    /// Bytes of one part: 5 GiB, as object stores have it.
    private static let partLimit = 5 << 30

    var endpoints: [Endpoint] { ["api", "ajax-api"].flatMap { endpoints(below: "/\($0)/2.0/mlflow-artifacts/mpu") } }

    private func endpoints(below root: String) -> [Endpoint] {
        let subjects = TrackedSubjects(artifacts.services)
        return uploads(below: root).map { endpoint in
            endpoint.about(subjects) { [TrackedNeed(.artifacts(try Self.folder($0)))] }
        } + [
            // Clients send no credentials with a part: its address, which only they were told, is their right.
            Endpoint(
                "PUT", "\(root)/part/{upload}/{number}/{path...}", .anyone, .writes, "Stores a part of an upload.",
                bodyLimit: Self.partLimit, streams: true, part
            ).hidingPath()
        ]
    }

    private func uploads(below root: String) -> [Endpoint] {
        [
            Endpoint(
                "POST", "\(root)/create/{path...}", .may(.writeExperiments), .writes, "Begins an upload in parts."
            ) { try await create($0, root: root) },
            Endpoint(
                "POST", "\(root)/complete/{path...}", .may(.writeExperiments), .writes, "Joins the parts of an upload.",
                bodyLimit: 16 << 20, complete),
            Endpoint("POST", "\(root)/abort/{path...}", .may(.writeExperiments), .writes, "Gives an upload up.", abort),
        ]
    }

    /// An upload as clients know it: the store's identifier, and of how many parts the file will be made.
    private struct Upload {
        let id: String
        let parts: Int

        init(id: String, parts: Int) {
            self.id = id
            self.parts = parts
        }

        /// - Throws: `notFound` for what no upload was ever called.
        init(token: String) throws(Failure) {
            let words = token.split(separator: "-", omittingEmptySubsequences: false)
            guard words.count == 2, let parts = Int(words[1]), (1...Int(mostParts)).contains(parts) else {
                throw Failure(.notFound, "There is no upload '\(token.prefix(100))'")
            }
            self.init(id: String(words[0]), parts: parts)
        }

        var token: String { "\(id)-\(parts)" }
    }

    private func create(_ request: Request, root: String) async throws -> Response {
        let folder = try Self.folder(request)
        let message = try await ProtoMessage.read(request, limit: Endpoint.defaultBodyLimit)
        let path = try Self.target(folder, message)
        let count = try message.integer("num_parts") ?? 1
        guard (1...Self.mostParts).contains(count) else {
            throw Failure(
                .invalid, "Invalid value \(count) for parameter 'num_parts': it must be 1 to \(Self.mostParts)")
        }
        guard let address = request.server else { throw Failure(.invalid, "the request has no Host") }
        let store = artifacts.services.artifacts
        let upload = Upload(id: try await artifacts.run { try store.createUpload(path) }, parts: Int(count))
        let encoded = PercentEncoding.encode(path.text, keeping: "/")
        let credentials = (1...count).map { number in
            JSON.record([
                "url": .string("\(address)\(root)/part/\(upload.id)/\(number)/\(encoded)"),
                "part_number": .integer(number),
            ])
        }
        return .json(.record(["upload_id": .string(upload.token), "credentials": .array(credentials)]))
    }

    private func part(_ request: Request) async throws -> Response {
        let path = try ArtifactPath(percentEncoded: request.parameter("path"))
        let upload = try request.parameter("upload")
        guard let number = Int(try request.parameter("number")) else { throw Failure(.invalid, "a part has a number") }
        let store = artifacts.services.artifacts
        let writer = try await artifacts.run { try store.writePart(number, of: upload, for: path) }
        do {
            try await artifacts.receive(request.body, writer)
            let stored = try await artifacts.run { try writer.commit() }
            return Response(headers: Headers([("etag", "\"\(stored.sha256)\"")]))
        } catch {
            try? await artifacts.run { writer.abandon() }
            throw error
        }
    }

    private func complete(_ request: Request) async throws -> Response {
        let folder = try Self.folder(request)
        let message = try await ProtoMessage.read(request, limit: 16 << 20)
        let path = try Self.target(folder, message)
        let upload = try Upload(token: message.requiredText("upload_id"))
        var parts: [UploadedPart] = []
        for part in try message.messages("parts") {
            let number = try part.requiredInteger("part_number")
            guard (1...Self.mostParts).contains(number) else { throw Failure(.invalid, "there is no part \(number)") }
            parts.append(UploadedPart(number: Int(number), entityTag: try part.text("etag") ?? ""))
        }
        guard parts.map(\.number) == Array(1...upload.parts) else {
            throw Failure(.invalid, "the upload has the parts 1 to \(upload.parts), each to be named once and in order")
        }
        try await artifacts.complete(upload.id, for: path, parts: parts, by: request.origin)
        return .emptyMessage
    }

    private func abort(_ request: Request) async throws -> Response {
        let folder = try Self.folder(request)
        let message = try await ProtoMessage.read(request, limit: Endpoint.defaultBodyLimit)
        let path = try Self.target(folder, message)
        let upload = try Upload(token: message.requiredText("upload_id"))
        let store = artifacts.services.artifacts
        try await artifacts.run { try store.abort(upload.id, for: path) }
        return .emptyMessage
    }

    /// The address names the folder, the body the file. Clients before 3.18 send the file's path on their machine, of
    /// which the last name counts.
    private static func target(_ folder: ArtifactPath, _ message: ProtoMessage) throws(Failure) -> ArtifactPath {
        let local = try message.requiredText("path")
        let start = local.utf8.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        let name = start.map { String(local[local.utf8.index(after: $0)...]) } ?? local
        guard !name.isEmpty else { throw message.missing("path") }
        return try folder.appending(name)
    }

    private static func folder(_ request: Request) throws(Failure) -> ArtifactPath {
        try ArtifactPath(percentEncoded: request.parameter("path"), allowsRoot: true)
    }
}
