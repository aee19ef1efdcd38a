import Core
import Platform

/// A file as an answer: whole, in part, or not at all because the client has it.
struct ArtifactDownload {
    let file: ArtifactService.File
    let pool: BlockingPool

    /// Bytes that are read at a time: 512 KiB. Two pieces are held: one is sent while the next is read.
    private static let pieceSize = 512 << 10

    func answer(to request: Request) async throws -> Response {
        var headers = headers()
        let tag = headers["etag"]
        if let tag, let known = request.headers["if-none-match"], Self.lists(known, tag) {
            return Response(status: 304, headers: headers)
        }
        let size = file.reader.size
        // A part of a file that has changed meanwhile is of no use to the client.
        let isSame = request.headers["if-range"].map { $0 == tag } ?? true
        switch isSame ? ByteRange(request.headers["range"], size: size) : .whole {
        case .whole: return try await answer(0..<size, status: 200, headers)
        case .part(let range):
            headers["content-range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return try await answer(range, status: 206, headers)
        case .unsatisfiable:
            headers["content-range"] = "bytes */\(size)"
            return Response(status: 416, headers: headers)
        }
    }

    private func headers() -> Headers {
        let name = file.path.name ?? ""
        var headers = Headers([
            ("content-type", ContentType.of(name)), ("content-disposition", ContentDisposition.attachment(name)),
            // Should a browser show it all the same: nothing in it runs, loads or belongs to this site.
            ("content-security-policy", "sandbox; default-src 'none'"), ("x-content-type-options", "nosniff"),
            ("accept-ranges", "bytes"),
        ])
        if let record = file.record {
            headers["etag"] = "\"\(record.sha256)\""
            // RFC 9530.
            let digest = Base64.text(of: Hexadecimal.bytes(of: record.sha256) ?? [])
            headers["repr-digest"] = "sha-256=:\(digest):"
        }
        return headers
    }

    /// Whether a list of entity tags holds `tag`, or is `*`. Weak ones count (RFC 9110, section 13.1.2).
    private static func lists(_ list: String, _ tag: String) -> Bool {
        list.utf8.split(separator: UInt8(ascii: ",")).contains { part in
            var word = part.drop { $0 == UInt8(ascii: " ") }
            while word.last == UInt8(ascii: " ") { word = word.dropLast() }
            if word.starts(with: "W/".utf8) { word = word.dropFirst(2) }
            return word.elementsEqual(tag.utf8) || word.elementsEqual("*".utf8)
        }
    }

    private func answer(_ range: Range<Int64>, status: Int, _ headers: Headers) async throws -> Response {
        if range.count <= Self.pieceSize {
            return Response(status: status, headers: headers, body: .bytes(try await piece(range)))
        }
        return Response(
            status: status, headers: headers,
            body: .stream(length: range.count) { sink in
                var next = range.lowerBound
                var ahead = read(&next, range.upperBound)
                while let reading = ahead {
                    let bytes = try await reading.value
                    ahead = read(&next, range.upperBound)
                    try await sink.write(bytes)
                }
            })
    }

    private func read(_ next: inout Int64, _ end: Int64) -> Task<[UInt8], any Error>? {
        guard next < end else { return nil }
        let range = next..<min(next + Int64(Self.pieceSize), end)
        next = range.upperBound
        return Task { try await piece(range) }
    }

    /// - Throws: `unavailable` when the file has become shorter: the answer has promised its length.
    private func piece(_ range: Range<Int64>) async throws -> [UInt8] {
        let reader = file.reader
        let bytes = try await pool.run {
            try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
                let target = UnsafeMutableRawBufferPointer(buffer)[..<range.count]
                count = try reader.read(
                    at: range.lowerBound, into: UnsafeMutableRawBufferPointer(rebasing: target))
            }
        }
        guard bytes.count == range.count else { throw Failure(.unavailable, "the artifact changed while it was read") }
        return bytes
    }
}
