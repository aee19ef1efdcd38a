import Core

/// Takes the columns of one record batch (or the values of one dictionary) from the body of its message, field by field
/// in the order of the schema.
struct ArrowBatchReader {
    let rows: Int
    let memory = OwnedBuffers()
    private let nodes: [[Int64]]
    private let buffers: [[Int64]]
    private let variadicCounts: [Int64]
    private let codec: Codec
    private let bodyStart: Int
    private let bodyLength: Int
    private let offset: Int
    private var nextNode = 0
    private var nextBuffer = 0
    private var nextVariadic = 0

    private enum Codec { case none, lz4, zstandard }

    /// - Parameters:
    ///   - table: a `RecordBatch` of Message.fbs.
    ///   - offset: where the message begins, for messages to people.
    init(_ table: FlatBuffer.Table, _ message: ArrowFile.Message, _ offset: Int) throws(FlatBuffer.Malformed) {
        let length = try table.integer(0, default: Int64(0))
        guard (0...Int64(Int32.max)).contains(length) else { throw FlatBuffer.Malformed() }
        rows = Int(length)
        nodes = try table.words(1, each: 2)
        buffers = try table.words(2, each: 2)
        variadicCounts = try table.words(4, each: 1).map { $0[0] }
        if let compression = try table.table(3) {
            switch try compression.integer(0, default: UInt8(0)) {
            case 0: codec = .lz4
            case 1: codec = .zstandard
            default: throw FlatBuffer.Malformed()
            }
        } else {
            codec = .none
        }
        (bodyStart, bodyLength, self.offset) = (message.bodyStart, message.bodyLength, offset)
    }

    private func damaged(_ file: borrowing DataFile, _ what: String) -> Failure {
        ArrowFile.damaged(file.path, "\(what) (record batch at byte \(offset))")
    }

    /// Walks past a field and everything inside it.
    mutating func skip(_ field: ArrowSchemaMessage.Node, _ file: borrowing DataFile) throws(Failure) {
        guard nextNode < nodes.count else { throw damaged(file, "it has fewer columns than the schema") }
        nextNode += 1
        switch field.layout {
        case .buffers(let count): nextBuffer += count
        case .views: nextBuffer += 2 + (try takeVariadicCount(file))
        }
        for child in field.children { try skip(child, file) }
    }

    private mutating func takeVariadicCount(_ file: borrowing DataFile) throws(Failure) -> Int {
        guard nextVariadic < variadicCounts.count, (0...Int64(buffers.count)).contains(variadicCounts[nextVariadic])
        else { throw damaged(file, "it does not say how many data buffers a column of views has") }
        nextVariadic += 1
        return Int(variadicCounts[nextVariadic - 1])
    }

    /// The values of a field, checked.
    mutating func vector(
        _ field: ArrowSchemaMessage.Node, _ file: borrowing DataFile
    ) throws(Failure) -> ArrowVector {
        guard nextNode < nodes.count else { throw damaged(file, "it has fewer columns than the schema") }
        let node = nodes[nextNode]
        nextNode += 1
        guard node[0] == Int64(rows) else { throw damaged(file, "its columns differ in length") }
        var vector = ArrowVector(
            type: field.field.indexType ?? field.field.type, length: rows, offset: 0, values: .empty)
        if vector.type == .null { return vector }
        let validity = try takeBuffer(file)
        if node[1] != 0 {
            guard !validity.isEmpty || rows == 0 else { throw damaged(file, "a validity bitmap is missing") }
            vector.validity = validity
        }
        vector.values = try takeBuffer(file)
        switch vector.type {
        case .string: vector.data = [try takeBuffer(file)]
        case .stringView:
            let count = try takeVariadicCount(file)
            for _ in 0..<count { vector.data.append(try takeBuffer(file)) }
        default: break
        }
        if let problem = vector.check() { throw damaged(file, "column \"\(field.field.name)\": \(problem)") }
        return vector
    }

    private mutating func takeBuffer(_ file: borrowing DataFile) throws(Failure) -> UnsafeRawBufferPointer {
        guard nextBuffer < buffers.count else { throw damaged(file, "it has fewer buffers than its columns need") }
        let (start, length) = (buffers[nextBuffer][0], buffers[nextBuffer][1])
        nextBuffer += 1
        guard start >= 0, length >= 0, start <= Int64(bodyLength), length <= Int64(bodyLength) - start else {
            throw damaged(file, "a buffer is outside its message")
        }
        if length == 0 { return .empty }
        let stored = try ArrowFile.load(file, bodyStart + Int(start), Int(length), memory)
        return codec == .none ? stored : try unpack(stored, file)
    }

    /// A compressed buffer: its length when unpacked (-1 = it is not compressed), then the data.
    private func unpack(
        _ stored: UnsafeRawBufferPointer, _ file: borrowing DataFile
    ) throws(Failure) -> UnsafeRawBufferPointer {
        guard stored.count >= 8 else { throw damaged(file, "a compressed buffer is cut off") }
        let length = Int(Int64(littleEndian: stored.loadUnaligned(as: Int64.self)))
        let data = UnsafeRawBufferPointer(rebasing: stored[8...])
        if length == -1 { return data }
        guard length >= 0, length <= 1 << 32, codec != .lz4 || length <= data.count * 256 else {
            throw damaged(file, "a compressed buffer announces an impossible length")
        }
        if codec == .zstandard && !Zstandard.isAvailable {
            throw Failure(
                .unavailable, "\(file.path): is compressed with Zstandard, and libzstd is not installed",
                hint: "Install libzstd (Debian: apt install libzstd1), or write the file with LZ4 or uncompressed.")
        }
        let room = try memory.allocate(length)
        let problem = codec == .lz4 ? LZ4Frame.decode(data, into: room) : Zstandard.decode(data, into: room)
        if let problem { throw damaged(file, problem) }
        return UnsafeRawBufferPointer(room)
    }
}
