/// Decodes LZ4 frames ("LZ4 Frame Format Description" 1.6 and "LZ4 Block Format Description"), checksums verified.
enum LZ4Frame {
    /// One frame, or several in a row, that decode to exactly `count` bytes in `output`.
    /// Answers what is wrong, or nil.
    static func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> String? {
        var position = 0
        var written = 0
        while position < input.count {
            if let problem = frame(input, &position, output, &written) { return problem }
        }
        return written == output.count ? nil : "the LZ4 data is shorter than announced"
    }

    private static func frame(
        _ input: UnsafeRawBufferPointer, _ position: inout Int, _ output: UnsafeMutableRawBufferPointer,
        _ written: inout Int
    ) -> String? {
        guard let magic = word(input, position), magic == 0x184D_2204, position + 7 <= input.count else {
            return "an LZ4 frame does not begin as one"
        }
        let descriptor = position + 4
        let flags = input[descriptor]
        guard flags >> 6 == 1, flags & 0x02 == 0 else { return "an LZ4 frame is of an unknown version" }
        let hasBlockChecksums = flags & 0x10 != 0
        let length = 2 + (flags & 0x08 != 0 ? 8 : 0) + (flags & 0x01 != 0 ? 4 : 0)
        guard descriptor + length < input.count else { return "an LZ4 frame is cut short" }
        let header = UnsafeRawBufferPointer(rebasing: input[descriptor..<descriptor + length])
        guard UInt8(truncatingIfNeeded: XXHash32.hash(header) >> 8) == input[descriptor + length] else {
            return "the header checksum of an LZ4 frame is wrong"
        }
        position = descriptor + length + 1
        let start = written
        // Blocks of one frame may refer to the output of earlier ones, unless the frame says that they do not.
        let isIndependent = flags & 0x20 != 0
        while true {
            guard let size = word(input, position) else { return "an LZ4 frame is cut short" }
            position += 4
            if size == 0 { break }
            let count = Int(size & 0x7FFF_FFFF)
            guard count <= input.count - position else { return "an LZ4 block is cut short" }
            let block = UnsafeRawBufferPointer(rebasing: input[position..<position + count])
            position += count
            if hasBlockChecksums {
                guard word(input, position) == XXHash32.hash(block) else { return "an LZ4 block checksum is wrong" }
                position += 4
            }
            if size >> 31 == 1 {
                guard count <= output.count - written else { return "the LZ4 data is longer than announced" }
                copy(block, to: output, at: written)
                written += count
            } else if let problem = decodeBlock(block, output, &written, from: isIndependent ? written : start) {
                return problem
            }
        }
        guard flags & 0x04 != 0 else { return nil }
        let content = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[start..<written])
        guard word(input, position) == XXHash32.hash(content) else { return "the checksum of LZ4 data is wrong" }
        position += 4
        return nil
    }

    private static func word(_ input: UnsafeRawBufferPointer, _ position: Int) -> UInt32? {
        guard position >= 0, position + 4 <= input.count else { return nil }
        return UInt32(littleEndian: input.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    }

    private static func copy(_ source: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer, at: Int) {
        guard !source.isEmpty else { return }
        UnsafeMutableRawBufferPointer(rebasing: output[at..<at + source.count]).copyMemory(from: source)
    }

    /// Sequences of literals and matches. `base` is where matches may reach back to.
    private static func decodeBlock(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, _ written: inout Int, from base: Int
    ) -> String? {
        var position = 0
        while position < input.count {
            let token = input[position]
            position += 1
            guard let literals = length(input, &position, Int(token >> 4)), literals <= input.count - position else {
                return "an LZ4 block is cut short"
            }
            guard literals <= output.count - written else { return "the LZ4 data is longer than announced" }
            copy(UnsafeRawBufferPointer(rebasing: input[position..<position + literals]), to: output, at: written)
            position += literals
            written += literals
            // The last sequence has literals only.
            if position == input.count { return nil }
            guard position + 2 <= input.count else { return "an LZ4 block is cut short" }
            let distance = Int(input[position]) | Int(input[position + 1]) << 8
            position += 2
            guard let extra = length(input, &position, Int(token & 15)) else { return "an LZ4 block is cut short" }
            let match = extra + 4
            guard distance > 0, distance <= written - base else { return "an LZ4 match reaches before the data" }
            guard match <= output.count - written else { return "the LZ4 data is longer than announced" }
            if distance >= match {
                let source = UnsafeRawBufferPointer(output)[written - distance..<written - distance + match]
                copy(UnsafeRawBufferPointer(rebasing: source), to: output, at: written)
            } else {
                for index in written..<written &+ match { output[index] = output[index &- distance] }
            }
            written += match
        }
        return nil
    }

    /// A length: 15 in the token means that further bytes are added until one is not 255.
    private static func length(_ input: UnsafeRawBufferPointer, _ position: inout Int, _ start: Int) -> Int? {
        guard start == 15 else { return start }
        var total = 15
        while position < input.count {
            let byte = input[position]
            position += 1
            total += Int(byte)
            if byte != 255 { return total }
        }
        return nil
    }
}

/// xxHash, 32 bits, seed 0 ("xxHash fast digest algorithm" 0.1.1).
enum XXHash32 {
    private static let prime1: UInt32 = 2_654_435_761
    private static let prime2: UInt32 = 2_246_822_519
    private static let prime3: UInt32 = 3_266_489_917
    private static let prime4: UInt32 = 668_265_263
    private static let prime5: UInt32 = 374_761_393

    static func hash(_ input: UnsafeRawBufferPointer) -> UInt32 {
        var position = 0
        var state: UInt32
        if input.count >= 16 {
            var lanes = (prime1 &+ prime2, prime2, UInt32(0), 0 &- prime1)
            while position &+ 16 <= input.count {
                lanes.0 = round(lanes.0, load(input, position))
                lanes.1 = round(lanes.1, load(input, position &+ 4))
                lanes.2 = round(lanes.2, load(input, position &+ 8))
                lanes.3 = round(lanes.3, load(input, position &+ 12))
                position &+= 16
            }
            state = rotate(lanes.0, 1) &+ rotate(lanes.1, 7) &+ rotate(lanes.2, 12) &+ rotate(lanes.3, 18)
        } else {
            state = prime5
        }
        state = state &+ UInt32(truncatingIfNeeded: input.count)
        while position &+ 4 <= input.count {
            state = rotate(state &+ load(input, position) &* prime3, 17) &* prime4
            position &+= 4
        }
        while position < input.count {
            state = rotate(state &+ UInt32(input[position]) &* prime5, 11) &* prime1
            position &+= 1
        }
        state = (state ^ state >> 15) &* prime2
        state = (state ^ state >> 13) &* prime3
        return state ^ state >> 16
    }

    @inline(__always)
    private static func round(_ lane: UInt32, _ word: UInt32) -> UInt32 {
        rotate(lane &+ word &* prime2, 13) &* prime1
    }

    @inline(__always)
    private static func load(_ input: UnsafeRawBufferPointer, _ position: Int) -> UInt32 {
        UInt32(littleEndian: input.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    }

    @inline(__always)
    private static func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { word << bits | word >> (32 - bits) }
}
