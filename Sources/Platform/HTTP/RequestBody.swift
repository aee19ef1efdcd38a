package import Core

/// The body of a request. An endpoint that does not stream gets it whole; one that streams takes it piece by piece.
package struct RequestBody: Sendable {
    private enum Source: Sendable {
        case bytes([UInt8])
        case stream(BodyStream)
    }

    /// As declared by Content-Length; nil when it is not known before the end.
    package let declaredLength: Int?
    private let source: Source

    package static let empty = RequestBody(bytes: [])

    package init(bytes: [UInt8]) {
        declaredLength = bytes.count
        source = .bytes(bytes)
    }

    init(declaredLength: Int?, stream: BodyStream) {
        self.declaredLength = declaredLength
        source = .stream(stream)
    }

    /// The whole body.
    /// - Throws: `invalid` when it has more than `limit` bytes, which the client is told with status 413; it is not
    ///   read further then.
    package func collect(limit: Int) async throws -> [UInt8] {
        try checkDeclared(limit)
        switch source {
        case .bytes(let bytes): return bytes
        case .stream(let stream):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(min(limit, declaredLength ?? 0))
            while let piece = try await stream.next() {
                bytes.append(contentsOf: piece)
                guard bytes.count <= limit else { throw refuse(limit) }
            }
            return bytes
        }
    }

    /// Hands over the body piece by piece, so that memory stays flat however large it is.
    package func forEachPiece(
        limit: Int, _ piece: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        try checkDeclared(limit)
        switch source {
        case .bytes(let bytes): if !bytes.isEmpty { try await piece(bytes) }
        case .stream(let stream):
            var count = 0
            while let bytes = try await stream.next() {
                count += bytes.count
                guard count <= limit else { throw refuse(limit) }
                try await piece(bytes)
            }
        }
    }

    /// Whether the handler was refused more bytes than it wanted.
    var isTooLarge: Bool { if case .stream(let stream) = source { stream.isTooLarge } else { false } }

    /// The whole body when it is here already.
    var bytes: [UInt8]? { if case .bytes(let bytes) = source { bytes } else { nil } }

    private func checkDeclared(_ limit: Int) throws {
        if let declaredLength, declaredLength > limit { throw refuse(limit) }
    }

    private func refuse(_ limit: Int) -> Failure {
        if case .stream(let stream) = source { stream.markTooLarge() }
        return Self.tooLarge(limit)
    }

    package static func tooLarge(_ limit: Int) -> Failure {
        Failure(.invalid, "the body of the request is larger than \(limit) bytes", hint: "Send it in several requests.")
    }
}
