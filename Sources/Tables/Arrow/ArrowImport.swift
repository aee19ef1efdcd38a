import CArrow
import Core

/// A stream of record batches over the Arrow C stream interface; released when the value ends.
struct ArrowStream: ~Copyable {
    private let stream: UnsafeMutablePointer<ArrowArrayStream>
    let fields: [ArrowField]
    private let source: String

    /// Takes over a stream that `fill` puts in place.
    /// - Parameter source: what is being read, for messages.
    init(
        source: String, _ fill: (UnsafeMutablePointer<ArrowArrayStream>) throws(Failure) -> Void
    ) throws(Failure) {
        let stream = UnsafeMutablePointer<ArrowArrayStream>.allocate(capacity: 1)
        stream.initialize(to: ArrowArrayStream())
        do {
            try fill(stream)
            fields = try Self.schema(stream, source)
        } catch {
            Self.release(stream)
            throw error
        }
        self.stream = stream
        self.source = source
    }

    deinit { Self.release(stream) }

    private static func release(_ stream: UnsafeMutablePointer<ArrowArrayStream>) {
        if let release = stream.pointee.release { release(stream) }
        stream.deallocate()
    }

    private static func failure(_ stream: UnsafeMutablePointer<ArrowArrayStream>, _ source: String) -> Failure {
        let detail = stream.pointee.get_last_error?(stream).map { String(cString: $0) }
        return Failure(.invalid, "\(source): \(detail ?? "the engine could not read it")")
    }

    private static func schema(
        _ stream: UnsafeMutablePointer<ArrowArrayStream>, _ source: String
    ) throws(Failure) -> [ArrowField] {
        var schema = ArrowSchema()
        guard let getSchema = stream.pointee.get_schema, getSchema(stream, &schema) == 0 else {
            throw failure(stream, source)
        }
        defer { schema.release?(&schema) }
        var fields: [ArrowField] = []
        for index in 0..<Int(schema.n_children) {
            guard let child = schema.children?[index] else { break }
            fields.append(field(child.pointee))
        }
        return fields
    }

    private static func field(_ schema: ArrowSchema) -> ArrowField {
        let name = schema.name.map { String(cString: $0) } ?? ""
        let type = ArrowType(format: schema.format.map { String(cString: $0) } ?? "")
        guard let values = schema.dictionary else { return ArrowField(name: name, type: type) }
        return ArrowField(name: name, type: field(values.pointee).type, indexType: type)
    }

    /// Calls `body` with each record batch: one vector for each wanted column, and the number of rows. The vectors are
    /// valid during the call.
    func forEachBatch(
        _ wanted: [Bool], _ body: ([ArrowVector], Int) throws(Failure) -> Void
    ) throws(Failure) {
        while true {
            var array = ArrowArray()
            guard let getNext = stream.pointee.get_next, getNext(stream, &array) == 0 else {
                throw Self.failure(stream, source)
            }
            guard array.release != nil else { return }
            defer { array.release?(&array) }
            var vectors: [ArrowVector] = []
            for (index, field) in fields.enumerated() where wanted[index] {
                guard index < array.n_children, let child = array.children?[index] else {
                    throw Failure(.bug, "\(source): the engine left out column \"\(field.name)\"")
                }
                // The batch is a struct; its offset applies to its children as well.
                var vector = Self.vector(child.pointee, field.indexType ?? field.type, field.type)
                vector.offset += Int(array.offset)
                vector.length = Int(array.length)
                if let problem = vector.check() {
                    throw Failure(.bug, "\(source): column \"\(field.name)\": \(problem)")
                }
                vectors.append(vector)
            }
            try body(vectors, Int(array.length))
        }
    }

    /// The producer vouches for the sizes of its buffers: the interface does not state them.
    private static func vector(_ array: ArrowArray, _ type: ArrowType, _ valueType: ArrowType) -> ArrowVector {
        let end = Int(array.offset + array.length)
        func buffer(_ index: Int, _ count: Int) -> UnsafeRawBufferPointer {
            guard index < array.n_buffers, let start = array.buffers?[index] else { return .empty }
            return UnsafeRawBufferPointer(start: start, count: count)
        }
        var vector = ArrowVector(type: type, length: Int(array.length), offset: Int(array.offset), values: .empty)
        guard type != .null, end > 0 else { return vector }
        let validity = buffer(0, (end + 7) / 8)
        if array.null_count != 0 && !validity.isEmpty { vector.validity = validity }
        switch type {
        case .bool: vector.values = buffer(1, (end + 7) / 8)
        case .string(let wide):
            vector.values = buffer(1, (end + 1) * (wide ? 8 : 4))
            guard !vector.values.isEmpty else { break }
            let size =
                wide
                ? Int(vector.values.loadUnaligned(fromByteOffset: end * 8, as: Int64.self))
                : Int(vector.values.loadUnaligned(fromByteOffset: end * 4, as: Int32.self))
            vector.data = [buffer(2, max(0, size))]
        case .stringView:
            vector.values = buffer(1, end * 16)
            // The last buffer holds the sizes of the data buffers between.
            let count = max(0, Int(array.n_buffers) - 3)
            let sizes = buffer(Int(array.n_buffers) - 1, count * 8)
            for index in 0..<count where !sizes.isEmpty {
                let size = Int(sizes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
                vector.data.append(buffer(2 + index, max(0, size)))
            }
        default: vector.values = buffer(1, end * (type.width ?? 0))
        }
        if let values = array.dictionary {
            vector.dictionary = [Self.vector(values.pointee, valueType, valueType)]
        }
        return vector
    }
}
