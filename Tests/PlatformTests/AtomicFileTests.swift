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

    @Test("an output file appears whole or not at all; two of one name do not meet")
    func outputFiles() throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/file"
        do {
            var abandoned = try OutputFile(path: file)
            try abandoned.append([9])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        var one = try OutputFile(path: file)
        var two = try OutputFile(path: file)
        try one.append([1, 1, 1])
        try two.append([2])
        try one.commit()
        #expect(try FileContents.read(file) == [1, 1, 1])
        try two.commit()
        #expect(try FileContents.read(file) == [2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        #expect(throws: Failure.self) { _ = try OutputFile(path: "\(folder.path)/none/file") }
    }
}
