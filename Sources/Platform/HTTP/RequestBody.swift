package import Core
import Synchronization

/// The body of a request: read whole up to a limit, or piece by piece.
package struct RequestBody: Sendable {
    private enum Source: Sendable {
        case bytes([UInt8])
        case stream(@Sendable (Int, @Sendable ([UInt8]) async throws -> Void) async throws -> Void)
    }

    /// As declared by Content-Length; nil when it is not known before the end.
    package let declaredLength: Int?
    private let source: Source

    package static let empty = RequestBody(bytes: [])

    package init(bytes: [UInt8]) {
        declaredLength = bytes.count
        source = .bytes(bytes)
    }

    /// - Parameter stream: hands over pieces until the end; throws `exhausted` beyond the given number of bytes.
    package init(
        declaredLength: Int?,
        stream: @escaping @Sendable (Int, @Sendable ([UInt8]) async throws -> Void) async throws -> Void
    ) {
        self.declaredLength = declaredLength
        source = .stream(stream)
    }

    /// The whole body.
    /// - Throws: `exhausted` when it has more than `limit` bytes; it is not read further then.
    package func collect(limit: Int) async throws -> [UInt8] {
        if let declaredLength, declaredLength > limit { throw Self.tooLarge(limit) }
        switch source {
        case .bytes(let bytes): return bytes
        case .stream(let stream):
            let buffer = BodyBuffer(reserving: min(limit, declaredLength ?? 0))
            try await stream(limit) { buffer.append($0) }
            return buffer.take()
        }
    }

    /// Hands over the body piece by piece, so that memory stays flat however large it is.
    package func forEachPiece(
        limit: Int, _ piece: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        if let declaredLength, declaredLength > limit { throw Self.tooLarge(limit) }
        switch source {
        case .bytes(let bytes): if !bytes.isEmpty { try await piece(bytes) }
        case .stream(let stream): try await stream(limit, piece)
        }
    }

    package static func tooLarge(_ limit: Int) -> Failure {
        Failure(
            .exhausted, "the body of the request is larger than \(limit) bytes", hint: "Send it in several requests.")
    }
}

private final class BodyBuffer: Sendable {
    private let bytes: Mutex<[UInt8]>

    init(reserving count: Int) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        self.bytes = Mutex(bytes)
    }

    func append(_ more: [UInt8]) { bytes.withLock { $0.append(contentsOf: more) } }

    func take() -> [UInt8] {
        bytes.withLock { bytes in
            let result = bytes
            bytes = []
            return result
        }
    }
}
