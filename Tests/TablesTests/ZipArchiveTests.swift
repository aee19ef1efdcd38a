import Core
import Foundation
import Tables
import Testing

@Suite("Zip archives")
struct ZipArchiveTests {
    private func contents(_ bytes: [UInt8], _ index: Int = 0) throws -> [UInt8] {
        let folder = try CSVFolder()
        let archive = try ZipArchive(try folder.write(bytes, "data.zip"))
        var result: [UInt8] = []
        try archive.unpack(archive.members[index]) { result.append(contentsOf: $0) }
        return result
    }

    @Test("what is stored comes back", arguments: [false, true])
    func roundTrip(deflate: Bool) throws {
        let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bytes = ZipFiles.archive([("a", Array("hello".utf8)), ("../../etc/b", large), ("c", [])], deflate: deflate)
        #expect(try contents(bytes) == Array("hello".utf8))
        #expect(try contents(bytes, 1) == large)
        #expect(try contents(bytes, 2) == [])
    }

    @Test("a changed byte is found by the checksum")
    func checksum() throws {
        var bytes = ZipFiles.archive([("a", Array("hello".utf8))])
        bytes[31] ^= 1
        let error = #expect(throws: Failure.self) { try contents(bytes) }
        #expect(error?.message.contains("the checksum of member \"a\" is wrong") == true)
    }

    @Test("a wheel without the library is refused, and nothing is put in place")
    func wheel() throws {
        let folder = try CSVFolder()
        let wheel = try folder.write(ZipFiles.archive([("duckdb/__init__.py", [])]), "duckdb.whl")
        let error = #expect(throws: Failure.self) {
            try DuckDBInstall.install(wheel: wheel, staging: folder.url.path)
        }
        #expect(error?.message.contains("does not have exactly one DuckDB library") == true)
    }
}
