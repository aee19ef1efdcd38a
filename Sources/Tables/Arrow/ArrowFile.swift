import Core

/// An Arrow IPC file (`.arrow`, Feather version 2) or stream: its schema, then its record batches in order.
///
/// Layout after "Serialization and Interprocess Communication" of the Arrow columnar format, metadata version V4 and
/// V5. Everything the file says about sizes is checked before memory is taken or read. Only the buffers of wanted
/// columns are read.
final class ArrowFile: ArrowBatchSource {
    let file: DataFile
    let schema: ArrowSchemaMessage
    var fields: [ArrowField] { schema.nodes.map(\.field) }
    private let blocks: Blocks
    private var dictionaries: [Int64: Dictionary] = [:]
    private var identities = 0
    /// The buffers of the record batch at hand.
    private let batchMemory = OwnedBuffers()

    /// Where the messages are.
    private enum Blocks {
        /// The file format lists them in its footer.
        case listed(dictionaries: [Int], batches: [Int])
        /// In a stream they follow each other from here on.
        case sequential(from: Int)
    }

    private struct Dictionary {
        var identity: Int
        var parts: [ArrowVector]
        var memory: [OwnedBuffers]
    }

    /// One encapsulated message.
    struct Message {
        var header: FlatBuffer.Table
        /// `MessageHeader`: 1 schema, 2 dictionary batch, 3 record batch.
        var kind: UInt8
        var bodyStart: Int
        var bodyLength: Int
        var memory: OwnedBuffers
    }

    init(_ path: String) throws(Failure) {
        let file = try DataFile.open(path)
        let head = try file.prefix(8)
        if head.starts(with: Array("ARROW1".utf8)) {
            let (schema, blocks) = try Self.footer(file)
            (self.schema, self.blocks) = (schema, blocks)
            self.file = file
            return
        }
        guard let message = try Self.message(file, at: 0), message.kind == 1 else {
            throw Self.damaged(path, "it does not begin with a schema")
        }
        let schema: ArrowSchemaMessage
        var fields: [ArrowField] { schema.nodes.map(\.field) }
        do { schema = try ArrowSchemaMessage(message.header) } catch { throw Self.damaged(path, "in its schema") }
        withExtendedLifetime(message.memory) {}
        (self.schema, blocks) = (schema, .sequential(from: message.bodyStart + message.bodyLength))
        self.file = file
    }

    static func damaged(_ path: String, _ place: String) -> Failure {
        Failure(
            .invalid, "\(path): the Arrow data is damaged: \(place)",
            hint: "The file may be cut off or not be Arrow; copy or write it again.")
    }

    /// Calls `body` with each record batch: one vector for each wanted column, and the number of rows. The vectors are
    /// valid during the call.
    func forEachBatch(
        _ wanted: [Bool], _ body: ([ArrowVector], Int) throws(Failure) -> Void
    ) throws(Failure) {
        dictionaries = [:]
        switch blocks {
        case .listed(let dictionaryOffsets, let batchOffsets):
            for offset in dictionaryOffsets + batchOffsets {
                guard let message = try Self.message(file, at: offset) else {
                    throw Self.damaged(file.path, "a message is missing at byte \(offset)")
                }
                try handle(message, at: offset, wanted, body)
            }
        case .sequential(let start):
            var offset = start
            while let message = try Self.message(file, at: offset) {
                try handle(message, at: offset, wanted, body)
                offset = message.bodyStart + message.bodyLength
            }
        }
    }

    private func handle(
        _ message: Message, at offset: Int, _ wanted: [Bool], _ body: ([ArrowVector], Int) throws(Failure) -> Void
    ) throws(Failure) {
        switch message.kind {
        case 2: try readDictionary(message, at: offset, wanted)
        case 3:
            batchMemory.recycle()
            let reader = try batchReader(message.header, message, at: offset, batchMemory)
            try readBatch(reader, wanted, body)
        default: throw Self.damaged(file.path, "an unexpected message at byte \(offset)")
        }
        withExtendedLifetime(message.memory) {}
    }

    private func batchReader(
        _ header: FlatBuffer.Table, _ message: Message, at offset: Int, _ memory: OwnedBuffers
    ) throws(Failure) -> ArrowBatchReader {
        do throws(FlatBuffer.Malformed) {
            return try ArrowBatchReader(header, message, offset, memory)
        } catch {
            throw Self.damaged(file.path, "in the message at byte \(offset)")
        }
    }

    private func readBatch(
        _ reader: consuming ArrowBatchReader, _ wanted: [Bool], _ body: ([ArrowVector], Int) throws(Failure) -> Void
    ) throws(Failure) {
        var vectors: [ArrowVector] = []
        for (node, isWanted) in zip(schema.nodes, wanted) {
            guard isWanted else {
                try reader.skip(node, file)
                continue
            }
            var vector = try reader.vector(node, file)
            if let id = node.dictionaryID {
                // A dictionary that never came is one without values: every index has to be missing.
                let known = dictionaries[id]
                vector.dictionary =
                    known?.parts ?? [ArrowVector(type: node.field.type, length: 0, offset: 0, values: .empty)]
                vector.dictionaryIdentity = known?.identity ?? 0
            }
            vectors.append(vector)
        }
        try body(vectors, reader.rows)
        withExtendedLifetime(reader.memory) {}
        withExtendedLifetime(dictionaries) {}
    }

    private func readDictionary(_ message: Message, at offset: Int, _ wanted: [Bool]) throws(Failure) {
        let id: Int64
        let isDelta: Bool
        let data: FlatBuffer.Table?
        do throws(FlatBuffer.Malformed) {
            id = try message.header.integer(0, default: 0)
            data = try message.header.table(1)
            isDelta = try message.header.flag(2)
        } catch {
            throw Self.damaged(file.path, "in the dictionary at byte \(offset)")
        }
        guard let data else { throw Self.damaged(file.path, "in the dictionary at byte \(offset)") }
        let user = zip(schema.nodes, wanted).first { $0.0.dictionaryID == id && $0.1 }?.0
        guard let user, ColumnAssembler.nature(of: user.field.type) != nil else { return }
        var reader = try batchReader(data, message, at: offset, OwnedBuffers())
        var node = user
        node.field.indexType = nil
        node.layout = Self.layout(of: user.field.type)
        let vector = try reader.vector(node, file)
        identities += 1
        var entry = isDelta ? dictionaries[id] : nil
        entry = entry ?? Dictionary(identity: identities, parts: [], memory: [])
        entry?.identity = identities
        entry?.parts.append(vector)
        entry?.memory.append(reader.memory)
        dictionaries[id] = entry
    }

    private static func layout(of type: ArrowType) -> ArrowSchemaMessage.Layout {
        switch type {
        case .null: .buffers(0)
        case .string: .buffers(3)
        case .stringView: .views
        default: .buffers(2)
        }
    }

    // MARK: Messages

    /// The footer of the file format: schema and places of the messages.
    private static func footer(_ file: borrowing DataFile) throws(Failure) -> (ArrowSchemaMessage, Blocks) {
        let memory = OwnedBuffers()
        guard file.size >= 20 else { throw damaged(file.path, "it is cut off") }
        let tail = try load(file, file.size - 10, 10, memory)
        let length = Int(Int32(littleEndian: tail.loadUnaligned(as: Int32.self)))
        guard tail[4...].elementsEqual("ARROW1".utf8), length > 0, length <= file.size - 18 else {
            throw damaged(file.path, "it does not end as an Arrow file")
        }
        let bytes = try load(file, file.size - 10 - length, length, memory)
        defer { withExtendedLifetime(memory) {} }
        do throws(FlatBuffer.Malformed) {
            let root = try FlatBuffer.Table(root: bytes)
            guard let schema = try root.table(1) else { throw FlatBuffer.Malformed() }
            // Block: offset, length of the metadata (with padding), length of the body; the message says the latter
            // two.
            let dictionaries = try root.words(2, each: 3).map { Int($0[0]) }
            let batches = try root.words(3, each: 3).map { Int($0[0]) }
            return (try ArrowSchemaMessage(schema), .listed(dictionaries: dictionaries, batches: batches))
        } catch {
            throw damaged(file.path, "in its footer")
        }
    }

    /// The message at a place; nil at the end of a stream.
    private static func message(_ file: borrowing DataFile, at offset: Int) throws(Failure) -> Message? {
        let memory = OwnedBuffers()
        guard offset >= 0, offset <= file.size - 4 else {
            if offset == file.size { return nil }
            throw damaged(file.path, "a message begins at byte \(offset), outside the file")
        }
        let prefix = try load(file, offset, min(8, file.size - offset), memory)
        var length = Int(Int32(littleEndian: prefix.loadUnaligned(as: Int32.self)))
        var start = offset + 4
        // Since format 0.15 the length follows a marker of four bytes 0xFF.
        if length == -1 {
            guard prefix.count == 8 else { throw damaged(file.path, "it is cut off") }
            length = Int(Int32(littleEndian: prefix.loadUnaligned(fromByteOffset: 4, as: Int32.self)))
            start += 4
        }
        if length == 0 { return nil }
        guard length > 0, length <= file.size - start else {
            throw damaged(file.path, "the message at byte \(offset) is cut off")
        }
        let bytes = try load(file, start, length, memory)
        do throws(FlatBuffer.Malformed) {
            let root = try FlatBuffer.Table(root: bytes)
            let bodyLength = Int(try root.integer(3, default: Int64(0)))
            guard let header = try root.table(2), bodyLength >= 0, bodyLength <= file.size - start - length else {
                throw FlatBuffer.Malformed()
            }
            return Message(
                header: header, kind: try root.integer(1, default: UInt8(0)), bodyStart: start + length,
                bodyLength: bodyLength, memory: memory)
        } catch {
            throw damaged(file.path, "in the message at byte \(offset)")
        }
    }

    /// Bytes that are known to be inside the file.
    static func load(
        _ file: borrowing DataFile, _ offset: Int, _ count: Int, _ memory: OwnedBuffers
    ) throws(Failure) -> UnsafeRawBufferPointer {
        let room = try memory.allocate(count)
        guard try file.read(into: room, at: offset) == count else {
            throw Failure(
                .invalid, "\(file.path): became shorter while it was read", hint: "Read it when it is complete.")
        }
        return UnsafeRawBufferPointer(room)
    }
}

extension UnsafeRawBufferPointer {
    static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
