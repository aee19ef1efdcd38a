import Core

/// The elements of one `.npy` array, read in ranges of rows into columns.
struct NumpyArray {
    let header: NumpyHeader
    /// What is read, for messages: a path, or a path and a member.
    let source: String
    /// Fills the buffer with the bytes of the array from an offset on; answers how many there were.
    let read: (UnsafeMutableRawBufferPointer, Int) throws(Failure) -> Int

    init(
        source: String, availableBytes: Int, maximumColumns: Int, name: (NumpyHeader.Part) -> String,
        read: @escaping (UnsafeMutableRawBufferPointer, Int) throws(Failure) -> Int
    ) throws(Failure) {
        var head = [UInt8](repeating: 0, count: min(availableBytes, NumpyHeader.maximumBytes + 12))
        let filled = try head.withUnsafeMutableBufferPointer { (room) throws(Failure) in
            try read(UnsafeMutableRawBufferPointer(room), 0)
        }
        head.removeSubrange(filled...)
        do throws(NumpyHeader.Problem) {
            header = try NumpyHeader(
                head, availableBytes: availableBytes, maximumColumns: maximumColumns, name: name)
        } catch {
            throw Failure(error.code, "\(source): \(error.what)", hint: error.hint)
        }
        self.source = source
        self.read = read
    }

    /// Bytes that are read at a time.
    private static let blockBytes = 4 << 20

    /// Appends some rows of the columns in `wanted` (by position in the header) to the columns, in the same order.
    func append(
        rows: Range<Int>, of wanted: [Int], to assemblers: inout ArraySlice<ColumnAssembler>
    ) throws(Failure) {
        guard !rows.isEmpty, !wanted.isEmpty else { return }
        let first = assemblers.startIndex
        guard header.isByRow else {
            for (position, column) in wanted.enumerated() {
                let column = header.columns[column]
                try appendRun(rows, base: column.start, stride: column.stride, [column]) { (_, elements, row) in
                    elements.append(to: &assemblers[first + position]).map { ($0 + row, column.name) }
                }
            }
            return
        }
        let stride = header.columns[wanted[0]].stride
        let columns = wanted.map { header.columns[$0] }
        try appendRun(rows, base: 0, stride: stride, columns) { (position, elements, row) in
            elements.append(to: &assemblers[first + position]).map { ($0 + row, columns[position].name) }
        }
    }

    /// Reads rows block by block and hands out the elements of each column of a block. `append` answers the row and
    /// column of an element that cannot be read.
    private func appendRun(
        _ rows: Range<Int>, base: Int, stride: Int, _ columns: [NumpyHeader.Column],
        _ append: (Int, NumpyElements, Int) -> (Int, String)?
    ) throws(Failure) {
        let memory = OwnedBuffers()
        let rowsPerBlock = max(1, Self.blockBytes / max(stride, 1))
        let room = try memory.allocate(min(rowsPerBlock, rows.count) * stride)
        var row = rows.lowerBound
        while row < rows.upperBound {
            let count = min(rowsPerBlock, rows.upperBound - row)
            let part = UnsafeMutableRawBufferPointer(rebasing: room[..<(count * stride)])
            guard try read(part, header.headerBytes + base + row * stride) == part.count else {
                throw Failure(.invalid, "\(source): it became shorter while it was read")
            }
            for (position, column) in columns.enumerated() {
                let start = header.isByRow ? column.start : 0
                let elements = NumpyElements(
                    type: column.type, bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(part)[start...]),
                    stride: stride, count: count)
                if let (bad, name) = append(position, elements, row) {
                    throw Failure(
                        .invalid, "\(source): column \"\(name)\", row \(bad + 1): the text is not valid Unicode",
                        hint: "Byte strings have to be UTF-8; decode them before saving.")
                }
            }
            row += count
        }
        withExtendedLifetime(memory) {}
    }
}
