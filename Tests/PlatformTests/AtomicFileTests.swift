import Core
import Foundation
import Platform
import Testing

@Suite("Atomic files")
struct AtomicFileTests {
    @Test("they replace, follow links, keep permissions and leave nothing behind")
    func atomicFiles() throws {
        let folder = try TemporaryFolder()
        let (file, link) = ("\(folder.path)/file", "\(folder.path)/link")
        try AtomicFile.write([1], to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        try AtomicFile.write([2, 3], to: link)
        #expect(try FileContents.read(file) == [2, 3])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(throws: Failure.self) { try AtomicFile.write([1], to: folder.path) }
        #expect(throws: Failure.self) { try AtomicFile.write([1], to: "\(folder.path)/none/file") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file", "link"])
        #expect(try FileContents.beginning(of: file, count: 1) == [2])
        #expect(throws: Failure.self) { try FileContents.read(file, limit: 1) }
    }
}
