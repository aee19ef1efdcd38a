import CKernels
import Core

/// A piece of a CSV file that holds whole records, in memory that its owner uses again and again.
final class CSVBlock {
    fileprivate(set) var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    fileprivate(set) var count = 0
    /// Which block of the file it is.
    var index = 0
    /// It ends in the middle of a record that is too long to be read.
    fileprivate(set) var isCut = false

    deinit { bytes.deallocate() }

    var text: UnsafePointer<UInt8> { UnsafePointer(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)) }

    fileprivate func reserve(_ room: Int) {
        let needed = room + 1 + Int(STEWARD_CSV_PADDING)
        guard bytes.count < needed else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: needed, alignment: 64)
        if count > 0 { larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
        bytes.deallocate()
        bytes = larger
    }

    /// The text ends with a line end and then zeros, whatever is last in the file.
    fileprivate func close() {
        let last = bytes[count - 1]
        if last != 0x0A && last != 0x0D {
            bytes[count] = 0x0A
            count += 1
        }
        UnsafeMutableRawBufferPointer(rebasing: bytes[count..<count + Int(STEWARD_CSV_PADDING)]).initializeMemory(
            as: UInt8.self, repeating: 0)
    }
}

/// A CSV file as a sequence of blocks of whole records, cut outside quotes. One thread at a time.
final class CSVInput {
    let path: String
    let source: ByteSource
    let header: CSVHeader
    private let options: ReadOptions
    /// What has been read but not handed out: the beginning of the next block.
    private var rest: [UInt8]
    private var restStart = 0
    private var sourceEnded: Bool

    /// The longest header. It bounds what is read before the first block.
    private static let maximumHeader = 16 << 20

    /// The longest record that is read.
    var maximumRecord: Int { max(options.maximumFieldBytes * 4, options.blockBytes) }
    var maximumField: Int { options.maximumFieldBytes }

    init(_ path: String, _ options: ReadOptions) throws(Failure) {
        let (format, isGzip) = try DataFormat.detect(path)
        var options = options
        if format == .tsv && options.delimiter == nil { options.delimiter = 0x09 }
        if let delimiter = options.delimiter { try CSVDialect.check(delimiter) }
        self.path = path
        self.options = options
        source = try ByteSource(try DataFile.open(path), gzip: isGzip, maximumBytes: options.maximumBytes)
        (header, rest, sourceEnded) = try Self.readHeader(source, path, options)
    }

    private static func readHeader(
        _ source: ByteSource, _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (CSVHeader, rest: [UInt8], atEnd: Bool) {
        var bytes: [UInt8] = []
        var size = 1 << 16
        while true {
            let have = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: size - have))
            let count = try bytes.withUnsafeMutableBufferPointer { (room) throws(Failure) in
                try source.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[have...]))
            }
            let atEnd = have + count < size
            bytes.removeLast(size - have - count)
            let header = try bytes.withUnsafeBufferPointer { (text) throws(Failure) in
                try CSVHeader.parse(text, atEnd: atEnd, path: path, options: options)
            }
            if let header { return (header, Array(bytes[header.end...]), atEnd) }
            guard size < maximumHeader else {
                throw Failure(
                    .invalid, "\(path): line 1: the header is longer than \(maximumHeader) bytes",
                    hint: "Check the line ends and the quotes of the first line.")
            }
            size *= 4
        }
    }

    /// Back to the first row.
    func rewind() throws(Failure) {
        source.rewind()
        let again: CSVHeader
        restStart = 0
        (again, rest, sourceEnded) = try Self.readHeader(source, path, options)
        guard again.names == header.names && again.delimiter == header.delimiter else {
            throw Failure(.conflict, "\(path): the file changed while it was read", hint: "Try again.")
        }
    }

    /// The next records, about `blockBytes` of them; `false` at the end of the file.
    func next(into block: CSVBlock) throws(Failure) -> Bool {
        block.count = 0
        block.isCut = false
        var target = options.blockBytes
        var isAllFromRest = true
        while true {
            block.reserve(target)
            if try fill(block, target) { isAllFromRest = false }
            guard !(sourceEnded && restStart == rest.count) else {
                guard block.count > 0 else { return false }
                block.close()
                return true
            }
            var open = 0
            let end = steward_csv_boundary(block.text, block.count, header.delimiter, &open)
            if end > 0 {
                if isAllFromRest {
                    restStart -= block.count - end
                } else {
                    rest.removeAll(keepingCapacity: true)
                    rest.append(contentsOf: block.bytes[end..<block.count])
                    restStart = 0
                }
                block.count = end
                return true
            }
            let tooFar = open < block.count && block.count - open > options.maximumFieldBytes + 2
            if tooFar || block.count > maximumRecord {
                cut(block)
                return true
            }
            target *= 2
        }
    }

    /// Fills the block up to `target` bytes, from what is left and then from the file; whether from the file.
    private func fill(_ block: CSVBlock, _ target: Int) throws(Failure) -> Bool {
        let count = min(rest.count - restStart, target - block.count)
        rest.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: block.bytes[block.count...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[restStart..<restStart + count]))
        }
        restStart += count
        block.count += count
        guard block.count < target && !sourceEnded else { return false }
        let room = UnsafeMutableRawBufferPointer(rebasing: block.bytes[block.count..<target])
        let filled = try source.read(into: room)
        block.count += filled
        sourceEnded = filled < room.count
        return filled > 0
    }

    /// Hands out the beginning of a record that is too long, as the last block.
    private func cut(_ block: CSVBlock) {
        sourceEnded = true
        rest = []
        restStart = 0
        block.isCut = true
        block.close()
    }
}
