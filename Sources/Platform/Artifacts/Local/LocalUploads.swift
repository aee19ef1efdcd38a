package import Core
import Crypto

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Uploads in parts: `.steward/uploads/<id>/` holds `target` (the artifact's path), the parts, and, once the file is in
/// place, `done` (what was stored), so that a client that missed the answer can ask again.
///
/// A part is the file `part-<number>-<SHA-256>`: its entity tag is in its name, and a part that is sent again with
/// other bytes does not disturb the one that was sent before.
extension LocalArtifactStore {
    /// Numbers of parts, as in S3.
    package static let partNumbers = 1...10_000

    private static let target = "target"
    private static let done = "done"
    /// Bytes held while parts are joined.
    private static let joinBuffer = 1 << 20

    package func createUpload(_ path: ArtifactPath) throws(Failure) -> String {
        try refuseFolder(at: path)
        return try reporting(path) { () throws(SystemError) in
            let id = workspace.freshID()
            // Made in the session's folder and moved, so that an upload always has its target.
            let name = workspace.freshName("upload")
            try workspace.session.makeFolder(name, mode: 0o700)
            do throws(SystemError) {
                let folder = try workspace.session.folder(name)
                try record(Array(path.text.utf8), as: Self.target, in: folder)
                try workspace.session.move(name, to: id, in: workspace.uploads)
            } catch {
                var budget = 10
                _ = try? FolderTree.remove(name, in: workspace.session, budget: &budget)
                throw error
            }
            try workspace.uploads.synchronize()
            return id
        }
    }

    package func writePart(
        _ number: Int, of upload: String, for path: ArtifactPath
    ) throws(Failure) -> any ArtifactWriter {
        guard Self.partNumbers.contains(number) else {
            throw Failure(.invalid, "part \(number): parts are numbered from 1 to \(Self.partNumbers.upperBound)")
        }
        let folder = try self.folder(of: upload, for: path)
        let workspace = workspace
        return try reporting(path) { () throws(SystemError) in
            try LocalArtifactWriter(path, in: workspace) { (name, stored) throws(SystemError) in
                try workspace.session.move(name, to: Self.part(number, stored.sha256), in: folder)
                try folder.synchronize()
            }
        }
    }

    package func complete(
        _ upload: String, for path: ArtifactPath, parts: [UploadedPart]
    ) throws(Failure) -> StoredArtifact {
        let names = try Self.names(of: parts)
        let folder = try self.folder(of: upload, for: path)
        guard flock(folder.number, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(.unavailable, "upload \(upload) is being completed", hint: "Ask again shortly.")
        }
        defer { flock(folder.number, LOCK_UN) }
        if let stored = try recorded(folder, path, names) { return stored }
        let writer = try write(path)
        for (part, name) in zip(parts, names) {
            let file = try reporting(path) { () throws(SystemError) in
                let number = openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
                return number < 0 && errno == ENOENT ? nil : try Descriptor.opened(number)
            }
            guard let file else {
                throw Failure(
                    .invalid, "part \(part.number) of upload \(upload) with entity tag \(part.entityTag) was never sent"
                )
            }
            try copy(file, to: writer, path)
        }
        let stored = try writer.commit()
        try reporting(path) { () throws(SystemError) in
            try record(Self.note(stored, names), as: Self.done, in: folder)
            try folder.synchronize()
        }
        removeParts(folder)
        return stored
    }

    package func abort(_ upload: String, for path: ArtifactPath) throws(Failure) {
        let folder = try self.folder(of: upload, for: path)
        guard flock(folder.number, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(.unavailable, "upload \(upload) is being completed", hint: "Ask again shortly.")
        }
        try reporting(path) { () throws(SystemError) in try workspace.discard(upload, in: workspace.uploads) }
    }

    package func removeUploads(idleSince time: Timestamp) throws(Failure) -> Int {
        try reporting(.root) { () throws(SystemError) in
            try workspace.removeLeftovers(budget: 10_000)
            var idle: [String] = []
            var names = try FolderNames(workspace.uploads)
            while let name = try names.next() {
                let name = String(cString: name)
                // The time of a folder is that of the last name put into it or taken from it.
                guard let status = try? workspace.uploads.status(of: name), status.modified < time.milliseconds,
                    let folder = try? workspace.uploads.folder(name), flock(folder.number, LOCK_EX | LOCK_NB) == 0
                else { continue }
                idle.append(name)
            }
            for name in idle { try workspace.discard(name, in: workspace.uploads) }
            return idle.count
        }
    }

    /// The upload's folder, if there is one and it is for this path.
    private func folder(of upload: String, for path: ArtifactPath) throws(Failure) -> Descriptor {
        let missing = Failure(
            .notFound, "there is no upload \(upload) for artifact '\(path)'",
            hint: "It may have been completed, given up, or forgotten because nothing was sent for a long time.")
        guard upload.utf8.count == 32, Hexadecimal.bytes(of: upload) != nil,
            let folder = try? workspace.uploads.folder(upload)
        else { throw missing }
        let target = try reporting(path) { () throws(SystemError) in try contents(of: Self.target, in: folder) }
        guard let target, target.elementsEqual(path.text.utf8) else { throw missing }
        return folder
    }

    /// The names of the parts' files, for parts in rising order.
    private static func names(of parts: [UploadedPart]) throws(Failure) -> [String] {
        var names: [String] = []
        var last = 0
        for part in parts {
            guard partNumbers.contains(part.number), part.number > last else {
                throw Failure(.invalid, "part \(part.number) is out of order: each number must be larger than the last")
            }
            last = part.number
            let tag = String(decoding: part.entityTag.utf8.filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            guard tag.utf8.count == 64, Hexadecimal.bytes(of: tag) != nil else {
                throw Failure(.invalid, "part \(part.number) has an entity tag that was not given for it")
            }
            names.append(Self.part(part.number, tag.lowercased()))
        }
        guard !names.isEmpty else { throw Failure(.invalid, "an upload needs at least one part") }
        return names
    }

    private static func part(_ number: Int, _ sha256: String) -> String { "part-\(number)-\(sha256)" }

    private func copy(_ file: Descriptor, to writer: any ArtifactWriter, _ path: ArtifactPath) throws(Failure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.joinBuffer, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            let count = try reporting(path) { () throws(SystemError) in try file.read(at: offset, into: buffer) }
            if count == 0 { return }
            try writer.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }

    // MARK: What was stored, for who asks again

    private static func note(_ stored: StoredArtifact, _ names: [String]) -> [UInt8] {
        JSON.record([
            "size": .integer(stored.size), "sha256": .string(stored.sha256), "parts": .string(digest(of: names)),
        ]).serialised()
    }

    private static func digest(of names: [String]) -> String {
        Hexadecimal.text(of: SHA256.hash(data: Array(names.joined(separator: "\n").utf8)))
    }

    /// The answer that was given to the same question before.
    private func recorded(
        _ folder: Descriptor, _ path: ArtifactPath, _ names: [String]
    ) throws(Failure) -> StoredArtifact? {
        let bytes = try reporting(path) { () throws(SystemError) in try contents(of: Self.done, in: folder) }
        guard let bytes, let note = try? JSONParser.parse(bytes), let size = note["size"]?.int,
            let sha256 = note["sha256"]?.text
        else { return nil }
        guard note["parts"]?.text == Self.digest(of: names) else {
            throw Failure(.conflict, "artifact '\(path)': the upload was completed with other parts")
        }
        return StoredArtifact(path: path, size: Int64(size), sha256: sha256)
    }

    private func removeParts(_ folder: Descriptor) {
        // They are only space now; what stays behind goes with the upload's folder.
        guard var names = try? FolderNames(folder) else { return }
        while let name = try? names.next() {
            let name = String(cString: name)
            if name.hasPrefix("part-") { try? folder.remove(name) }
        }
    }

    /// Writes a small file that appears whole.
    private func record(_ bytes: [UInt8], as name: String, in folder: Descriptor) throws(SystemError) {
        let temporary = workspace.freshName("note")
        let file = try workspace.createFile(temporary)
        do throws(SystemError) {
            try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
                try file.write(UnsafeRawBufferPointer(bytes))
            }
            try file.synchronize()
            try workspace.session.move(temporary, to: name, in: folder)
        } catch {
            try? workspace.session.remove(temporary)
            throw error
        }
    }

    /// - Returns: nil when there is no such file.
    private func contents(of name: String, in folder: Descriptor) throws(SystemError) -> [UInt8]? {
        let number = openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if number < 0, errno == ENOENT { return nil }
        let file = try Descriptor.opened(number)
        var bytes = [UInt8](repeating: 0, count: ArtifactPath.maximumBytes + 1)
        let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) -> Int in
            try file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return Array(bytes[..<count])
    }
}
