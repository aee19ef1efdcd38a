import Core
import Foundation
import Tables
import Testing

@Suite("CSV: gzip")
struct CSVGzipTests {
    /// "a,b" and 20,000 times "1,x", made with Python's gzip: 80 KB in a few hundred bytes.
    static let packed = [UInt8](
        Data(
            base64Encoded: """
                H4sIAAAAAAAC/+3DQREAAAQAsL8sPiKRQnwBVNju1jlRuaqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\
                qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq+h5rGxT4hDgBAA==
                """)!)

    /// A gzip member that stores its content uncompressed (RFC 1952, RFC 1951 section 3.2.4).
    static func stored(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        func append(_ value: UInt32, bytes count: Int) {
            for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt32(shift)))) }
        }
        bytes.append(1)
        append(UInt32(content.count), bytes: 2)
        append(~UInt32(content.count), bytes: 2)
        bytes += content
        var checksum: UInt32 = .max
        for byte in content {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
        }
        append(~checksum, bytes: 4)
        append(UInt32(content.count), bytes: 4)
        return bytes
    }

    private func rows(_ bytes: [UInt8]) throws -> Int {
        let folder = try CSVFolder()
        return try DataReader.read(try folder.write(bytes, "data.csv.gz"), .init()).table.rowCount
    }

    @Test func compressed() throws { #expect(try rows(Self.packed) == 20_000) }

    @Test func members() throws {
        let first = Self.stored(Array("a,b\n1,\"x".utf8))
        let second = Self.stored(Array("y\"\n2,z\n".utf8))
        #expect(try rows(first + second) == 2)
        #expect(try rows(first + Self.stored([]) + second) == 2)
        #expect(try rows(first + second + [0, 0, 0, 0]) == 2)
        #expect(try rows(Self.packed + Self.stored(Array("2,y\n".utf8))) == 20_001)
    }

    @Test func damaged() throws {
        let whole = Self.stored(Array("a,b\n1,x\n2,y\n".utf8))
        func message(_ bytes: [UInt8]) throws -> String? { try csvFailure(bytes, name: "data.csv.gz")?.message }
        // Wherever it is cut, it is an error and never a shorter table.
        for count in 3..<whole.count {
            #expect(try message(Array(whole[..<count])) != nil, "\(count)")
        }
        #expect(try message(Array(Self.packed.dropLast(20))) == "data.csv.gz: the gzip data ends early")
        #expect(try message(whole + Array("x".utf8)) == "data.csv.gz: unexpected bytes after the end of the gzip data")
        var flipped = whole
        flipped[20] ^= 1
        #expect(try message(flipped)?.hasPrefix("data.csv.gz: the compressed data is corrupt") == true)
        for index in Self.packed.indices {
            var bytes = Self.packed
            bytes[index] ^= 0x55
            // A table or a failure, never a crash.
            _ = try csvFailure(bytes, name: "data.csv.gz")
        }
    }

    @Test func bombsAreBounded() throws {
        var options = ReadOptions()
        options.maximumBytes = 10_000
        let failure = try csvFailure(Self.packed, options, name: "data.csv.gz")
        #expect(failure?.code == .exhausted)
        #expect(unpacked(maximumBytes: 80_004)?.count == 80_004)
        #expect(unpacked(maximumBytes: 80_003) == nil)
    }

    private func unpacked(maximumBytes: Int) -> [UInt8]? {
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.packed.count, alignment: 1)
        defer { input.deallocate() }
        input.copyBytes(from: Self.packed)
        return try? Inflater.inflate(UnsafeRawBufferPointer(input), .gzip, maximumBytes: maximumBytes)
    }
}
