/// The part of FlatBuffers' binary layout that Arrow metadata needs, read with every access checked
/// ("FlatBuffers internals": little-endian, offsets relative to where they stand, a vtable before each table).
enum FlatBuffer {
    /// The metadata points outside itself. Which file and message, the caller knows.
    struct Malformed: Error {}

    /// A table: fields are found by number through its vtable; an absent field has its default.
    struct Table {
        private let bytes: UnsafeRawBufferPointer
        private let position: Int
        private let vtable: Int
        private let vtableSize: Int

        /// The root table of a buffer.
        init(root bytes: UnsafeRawBufferPointer) throws(Malformed) {
            try self.init(bytes, at: Int(try FlatBuffer.load(bytes, 0, UInt32.self)))
        }

        init(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(Malformed) {
            self.bytes = bytes
            self.position = position
            vtable = position - Int(try FlatBuffer.load(bytes, position, Int32.self))
            vtableSize = Int(try FlatBuffer.load(bytes, vtable, UInt16.self))
            guard vtableSize >= 4, vtable <= bytes.count - vtableSize else { throw Malformed() }
        }

        private func place(_ field: Int) throws(Malformed) -> Int? {
            let entry = 4 + field * 2
            guard entry + 2 <= vtableSize else { return nil }
            let offset = Int(try FlatBuffer.load(bytes, vtable + entry, UInt16.self))
            return offset == 0 ? nil : position + offset
        }

        func integer<Value: FixedWidthInteger & BitwiseCopyable>(
            _ field: Int, default standard: Value
        ) throws(Malformed) -> Value {
            guard let place = try place(field) else { return standard }
            return try FlatBuffer.load(bytes, place, Value.self)
        }

        func flag(_ field: Int) throws(Malformed) -> Bool { try integer(field, default: UInt8(0)) != 0 }

        private func target(_ field: Int) throws(Malformed) -> Int? {
            guard let place = try place(field) else { return nil }
            return place + Int(try FlatBuffer.load(bytes, place, UInt32.self))
        }

        func table(_ field: Int) throws(Malformed) -> Table? {
            guard let target = try target(field) else { return nil }
            return try Table(bytes, at: target)
        }

        /// A string field; not UTF-8 is malformed.
        func string(_ field: Int) throws(Malformed) -> String? {
            guard let range = try vector(field, width: 1) else { return nil }
            guard let text = String(validating: bytes[range], as: UTF8.self) else { throw Malformed() }
            return text
        }

        /// The tables of a vector of tables.
        func tables(_ field: Int) throws(Malformed) -> [Table] {
            guard let range = try vector(field, width: 4) else { return [] }
            var result: [Table] = []
            for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
                result.append(try Table(bytes, at: place + Int(try FlatBuffer.load(bytes, place, UInt32.self))))
            }
            return result
        }

        /// The structs of a vector, each as its 64-bit words.
        func words(_ field: Int, each width: Int) throws(Malformed) -> [[Int64]] {
            guard let range = try vector(field, width: width * 8) else { return [] }
            var result: [[Int64]] = []
            for place in stride(from: range.lowerBound, to: range.upperBound, by: width * 8) {
                var words: [Int64] = []
                for word in 0..<width { words.append(try FlatBuffer.load(bytes, place + word * 8, Int64.self)) }
                result.append(words)
            }
            return result
        }

        private func vector(_ field: Int, width: Int) throws(Malformed) -> Range<Int>? {
            guard let target = try target(field) else { return nil }
            let count = Int(try FlatBuffer.load(bytes, target, UInt32.self))
            let start = target + 4
            guard count <= (bytes.count - start) / width else { throw Malformed() }
            return start..<start + count * width
        }
    }

    fileprivate static func load<Value: BitwiseCopyable & FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ position: Int, _: Value.Type
    ) throws(Malformed) -> Value {
        guard position >= 0, position <= bytes.count - MemoryLayout<Value>.size else { throw Malformed() }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }
}
