import CZlib
package import Core

/// The members of a zip archive (PKWARE APPNOTE 6.3: stored and deflated members, zip64), by its central directory.
///
/// The names of members are only names here: nothing is ever written under a path that comes out of an archive.
package struct ZipArchive: ~Copyable {
    package struct Member: Sendable, Equatable {
        package let name: String
        /// Bytes when unpacked.
        package let size: Int
        fileprivate let packedSize: Int
        fileprivate let checksum: UInt32
        fileprivate let method: UInt16
        fileprivate let headerOffset: Int
    }

    package let path: String
    package let members: [Member]
    private let file: DataFile

    private static let endSignature: UInt32 = 0x0605_4B50
    private static let end64Signature: UInt32 = 0x0606_4B50
    private static let locator64Signature: UInt32 = 0x0706_4B50
    private static let directorySignature: UInt32 = 0x0201_4B50
    private static let localSignature: UInt32 = 0x0403_4B50

    /// - Throws: what `DataFile.open` throws; `.invalid` if the directory is damaged.
    package init(_ path: String) throws(Failure) {
        let file = try DataFile.open(path)
        let members = try Self.members(try Self.directory(file), file)
        self.path = path
        self.members = members
        self.file = file
    }

    private static func damaged(_ path: String, _ what: String) -> Failure {
        Failure(
            .invalid, "\(path): the zip archive is damaged: \(what)",
            hint: "The file may be cut off; copy or write it again.")
    }

    /// The bytes of the central directory, found through the end record.
    private static func directory(_ file: borrowing DataFile) throws(Failure) -> [UInt8] {
        // The end record has 22 bytes and a comment of at most 65,535.
        let tailStart = max(0, file.size - 22 - 65_535)
        let tail = Bytes(try read(file, tailStart, file.size - tailStart))
        let places = stride(from: tail.count - 22, through: 0, by: -1)
        guard let end = places.first(where: { tail.word($0) == endSignature }) else {
            throw damaged(file.path, "it has no end record")
        }
        var size = Int(tail.word(end + 12) ?? 0)
        var offset = Int(tail.word(end + 16) ?? 0)
        if end >= 20, tail.word(end - 20) == locator64Signature {
            let place = tail.long(end - 12) ?? 0
            guard place >= 0, place <= file.size - 56 else { throw damaged(file.path, "its zip64 record is outside") }
            let record = Bytes(try read(file, place, 56))
            guard record.word(0) == end64Signature else { throw damaged(file.path, "its zip64 record is missing") }
            size = record.long(40) ?? -1
            offset = record.long(48) ?? -1
        }
        guard size >= 0, offset >= 0, size <= 64 << 20, offset <= file.size, size <= file.size - offset else {
            throw damaged(file.path, "its directory is outside the file")
        }
        return try read(file, offset, size)
    }

    private static func members(_ directory: [UInt8], _ file: borrowing DataFile) throws(Failure) -> [Member] {
        let bytes = Bytes(directory)
        var members: [Member] = []
        var position = 0
        while position < bytes.count {
            guard bytes.word(position) == directorySignature,
                let flags = bytes.short(position + 8), let method = bytes.short(position + 10),
                let checksum = bytes.word(position + 16), let nameLength = bytes.short(position + 28),
                let extraLength = bytes.short(position + 30), let commentLength = bytes.short(position + 32),
                var fields = Fields(bytes, at: position)
            else { throw damaged(file.path, "an entry of its directory is cut off") }
            let nameStart = position + 46
            let extraStart = nameStart + Int(nameLength)
            let next = extraStart + Int(extraLength) + Int(commentLength)
            guard next <= bytes.count else { throw damaged(file.path, "an entry of its directory is cut off") }
            fields.widen(bytes, extraStart..<extraStart + Int(extraLength))
            let name = String(decoding: directory[nameStart..<extraStart], as: UTF8.self)
            guard flags & 1 == 0 else {
                throw Failure(
                    .unsupported, "\(file.path): member \"\(name)\" is encrypted", hint: "Store it without a password.")
            }
            guard fields.isInside(file.size) else { throw damaged(file.path, "member \"\(name)\" is outside the file") }
            members.append(
                Member(
                    name: name, size: fields.size, packedSize: fields.packedSize, checksum: checksum, method: method,
                    headerOffset: fields.offset))
            position = next
        }
        return members
    }

    /// Sizes and place of a member; 0xFFFFFFFF refers to the zip64 extra field.
    private struct Fields {
        var size: Int
        var packedSize: Int
        var offset: Int

        init?(_ bytes: Bytes, at position: Int) {
            guard let packed = bytes.word(position + 20), let size = bytes.word(position + 24),
                let offset = bytes.word(position + 42)
            else { return nil }
            (self.size, packedSize, self.offset) = (Int(size), Int(packed), Int(offset))
        }

        mutating func widen(_ bytes: Bytes, _ extra: Range<Int>) {
            var position = extra.lowerBound
            while let id = bytes.short(position), let length = bytes.short(position + 2), position < extra.upperBound {
                if id == 1 {
                    var place = position + 4
                    let end = min(place + Int(length), extra.upperBound)
                    for field in [\Fields.size, \Fields.packedSize, \Fields.offset] {
                        guard self[keyPath: field] == 0xFFFF_FFFF, place + 8 <= end else { continue }
                        self[keyPath: field] = bytes.long(place) ?? -1
                        place += 8
                    }
                }
                position += 4 + Int(length)
            }
        }

        /// DEFLATE cannot shrink data below 1/1032; more is a lie or a bomb.
        func isInside(_ fileSize: Int) -> Bool {
            offset >= 0 && packedSize >= 0 && size >= 0 && offset <= fileSize && packedSize <= fileSize - offset
                && size <= packedSize * 1100 + 64
        }
    }

    /// Hands out the unpacked bytes of a member in pieces of at most 1 MiB, in order.
    /// - Throws: `.invalid` if size or checksum differ from the directory; `.unsupported` for another compression
    ///   method.
    package func unpack(
        _ member: Member, _ piece: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let header = Bytes(try Self.read(file, member.headerOffset, min(30, file.size - member.headerOffset)))
        guard header.word(0) == Self.localSignature, let nameLength = header.short(26), let extra = header.short(28)
        else { throw Self.damaged(path, "the header of member \"\(member.name)\" is missing") }
        let start = member.headerOffset + 30 + Int(nameLength) + Int(extra)
        guard start <= file.size, member.packedSize <= file.size - start else {
            throw Self.damaged(path, "member \"\(member.name)\" is outside the file")
        }
        var checksum = crc32(0, nil, 0)
        var count = 0
        func checked(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
            guard !bytes.isEmpty else { return }
            count += bytes.count
            guard count <= member.size else { throw Self.damaged(path, "member \"\(member.name)\" is too long") }
            checksum = crc32(checksum, bytes.bindMemory(to: UInt8.self).baseAddress, UInt32(bytes.count))
            try piece(bytes)
        }
        switch member.method {
        case 0:
            let memory = OwnedBuffers()
            try stored(start, member.packedSize, into: try memory.allocate(Self.pieceBytes), checked)
            withExtendedLifetime(memory) {}
        case 8: try deflated(start, member, checked)
        default:
            throw Failure(
                .unsupported, "\(path): member \"\(member.name)\" is compressed by method \(member.method)",
                hint: "Write the archive stored or deflated.")
        }
        guard count == member.size, UInt32(truncatingIfNeeded: checksum) == member.checksum else {
            throw Self.damaged(path, "the checksum of member \"\(member.name)\" is wrong")
        }
    }

    private static let pieceBytes = 1 << 20

    private func deflated(
        _ start: Int, _ member: Member, _ piece: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var inflater = try Inflater(.raw)
        let memory = OwnedBuffers()
        let input = try memory.allocate(1 << 18)
        let output = try memory.allocate(Self.pieceBytes)
        var finished = false
        try stored(start, member.packedSize, into: input) { packed throws(Failure) in
            var position = 0
            while !finished {
                let rest = UnsafeRawBufferPointer(rebasing: packed[position...])
                let step = try inflater.inflate(rest, into: output)
                position += step.consumed
                finished = step.finished
                try piece(UnsafeRawBufferPointer(rebasing: output[..<step.produced]))
                if step.consumed == 0 && step.produced == 0 { return }
            }
        }
        withExtendedLifetime(memory) {}
        guard finished else { throw Self.damaged(path, "member \"\(member.name)\" ends early") }
    }

    private func stored(
        _ start: Int, _ size: Int, into room: UnsafeMutableRawBufferPointer,
        _ piece: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var position = 0
        while position < size {
            let part = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, size - position)])
            guard try file.read(into: part, at: start + position) == part.count else {
                throw Self.damaged(path, "it became shorter while it was read")
            }
            try piece(UnsafeRawBufferPointer(part))
            position += part.count
        }
    }

    private static func read(_ file: borrowing DataFile, _ offset: Int, _ count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        let filled = try bytes.withUnsafeMutableBufferPointer { (room) throws(Failure) in
            try file.read(into: UnsafeMutableRawBufferPointer(room), at: offset)
        }
        guard filled == bytes.count else { throw damaged(file.path, "it became shorter while it was read") }
        return bytes
    }
}

/// Little-endian numbers at places that may be outside.
private struct Bytes {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    func short(_ position: Int) -> UInt16? { number(position, 2).map { UInt16(truncatingIfNeeded: $0) } }
    func word(_ position: Int) -> UInt32? { number(position, 4).map { UInt32(truncatingIfNeeded: $0) } }

    /// A 64-bit number; one beyond Int is as wrong as a negative one.
    func long(_ position: Int) -> Int? { number(position, 8).map { Int(truncatingIfNeeded: $0) } }

    private func number(_ position: Int, _ width: Int) -> UInt64? {
        guard position >= 0, position <= bytes.count - width else { return nil }
        return (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[position + $1]) << UInt64($1 * 8) }
    }
}
