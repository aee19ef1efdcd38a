import Core
import Tables
import Testing

/// Arrays and archives in NumPy's formats, written by the tests themselves.
enum NumpyFiles {
    static func array(
        _ description: String, _ shape: String, _ data: [UInt8], fortran: Bool = false, version: UInt8 = 1
    ) -> [UInt8] {
        let text = "{'descr': \(description), 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
        var header = Array(text.utf8)
        let prefix = version == 1 ? 10 : 12
        header += Array(repeating: 0x20, count: 63 - (header.count + prefix) % 64) + [0x0A]
        let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + header + data
    }

    static func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }

    static func bytes(_ values: [Double]) -> [UInt8] { bytes(values.map(\.bitPattern)) }
}

/// Zip archives with stored or deflated members.
enum ZipFiles {
    static func archive(_ members: [(name: String, bytes: [UInt8])], deflate: Bool = false, zip64: Bool = false)
        -> [UInt8]
    {
        var out: [UInt8] = []
        var directory: [UInt8] = []
        for (name, bytes) in members {
            let offset = out.count
            let packed = deflate ? deflateStored(bytes) : bytes
            let wide = zip64 ? short(1) + short(24) + long(bytes.count) + long(packed.count) + long(offset) : []
            let sizes = zip64 ? word(0xFFFF_FFFF) + word(0xFFFF_FFFF) : word(packed.count) + word(bytes.count)
            let common = short(20) + short(0) + short(deflate ? 8 : 0) + short(0) + short(0) + word(Int(crc(bytes)))
            let local = word(0x0403_4B50) + common + word(packed.count) + word(bytes.count)
            out += local + short(name.utf8.count) + short(0) + Array(name.utf8) + packed
            directory += word(0x0201_4B50) + short(20) + common + sizes + short(name.utf8.count) + short(wide.count)
            directory += short(0) + short(0) + short(0) + word(0) + word(zip64 ? 0xFFFF_FFFF : offset)
            directory += Array(name.utf8) + wide
        }
        let start = out.count
        out += directory
        if zip64 {
            let place = out.count
            out += word(0x0606_4B50) + long(44) + short(45) + short(45) + word(0) + word(0)
            out += long(members.count) + long(members.count) + long(directory.count) + long(start)
            out += word(0x0706_4B50) + word(0) + long(place) + word(1)
        }
        out += word(0x0605_4B50) + short(0) + short(0) + short(members.count) + short(members.count)
        return out + (zip64 ? word(0xFFFF_FFFF) + word(0xFFFF_FFFF) : word(directory.count) + word(start)) + short(0)
    }

    /// DEFLATE without compression: stored blocks (RFC 1951, 3.2.4).
    private static func deflateStored(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var position = 0
        repeat {
            let count = min(65_535, bytes.count - position)
            out += [position + count == bytes.count ? 1 : 0] + short(count) + short(~count)
            out += bytes[position..<position + count]
            position += count
        } while position < bytes.count
        return out
    }

    private static func short(_ value: Int) -> [UInt8] { (0..<2).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    private static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    private static func long(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var state: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            state ^= UInt32(byte)
            for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
        }
        return ~state
    }
}

extension CSVRandom {
    /// One to four changed, inserted or lost bytes.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(4) where !bytes.isEmpty {
            let place = below(bytes.count)
            switch below(6) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: next())
            case 1: bytes[place] ^= 1 << UInt8(below(8))
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
            case 4: bytes[place] = [0, 0xFF, 0x7F, 0x80][below(4)]
            default: bytes.removeLast(min(bytes.count, below(4)))
            }
        }
        return bytes.isEmpty ? [0x20] : bytes
    }
}

/// Reads a file whole and in batches of two rows: both fail, or both give the same cells and kinds.
func expectSameInBatches(_ path: String, _ options: ReadOptions = .init()) throws {
    let whole = Result { () throws(Failure) in try DataReader.read(path, options) }
    var cells: [[CSVCell]] = []
    var kinds: [ColumnKind] = []
    let batches = Result { () throws(Failure) in
        try DataReader.forEachBatch(path, options, batchRows: 2) { table in
            kinds = table.columns.map(\.kind)
            if cells.isEmpty { cells = table.columns.map { _ in [] } }
            for (index, column) in table.columns.enumerated() { cells[index] += column.cells }
        }
    }
    switch (whole, batches) {
    case (.success(let read), .success):
        #expect(read.table.columns.allSatisfy { $0.count == read.table.rowCount })
        guard read.table.rowCount > 0 else { return }
        #expect(read.table.columns.map(\.cells) == cells)
        #expect(read.table.columns.map(\.kind) == kinds)
    case (.failure, .failure): break
    default: Issue.record("whole: \(whole), in batches: \(batches)")
    }
}

/// Every file cut short, and every file with one bit flipped: a table or a failure, never a crash.
func expectDamageIsHandled(_ bytes: [UInt8], _ name: String, everyBit: Bool = true) throws {
    let folder = try CSVFolder()
    for count in 1..<bytes.count {
        let path = try folder.write(Array(bytes[..<count]), name)
        _ = Result { () throws(Failure) in try DataReader.read(path, ReadOptions()) }
    }
    for place in bytes.indices {
        for bit in 0..<(everyBit ? 8 : 1) {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(everyBit ? bit : place % 8)
            let path = try folder.write(damaged, name)
            _ = Result { () throws(Failure) in try DataReader.read(path, ReadOptions()) }
        }
    }
}

extension CSVCell {
    /// A number written as a literal.
    static func num(_ value: Double) -> CSVCell { .number(value) }
}
