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

    static let target = "target"
    private static let done = "done"

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
                try folder.synchronize()
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
        // Held until the part is there: an upload is not idle while a part arrives, however slowly.
        let held = try hold(upload, for: path)
        let workspace = workspace
        return try reporting(path) { () throws(SystemError) in
            try LocalArtifactWriter(path, in: workspace) { (name, stored) throws(SystemError) in
                try workspace.session.move(name, to: Self.part(number, stored.sha256), in: held.folder)
                try held.folder.synchronize()
            }
        }
    }

    package func join(
        _ upload: String, for path: ArtifactPath, parts: [UploadedPart]
    ) throws(Failure) -> any ArtifactJoin {
        let names = try Self.names(of: parts)
        let held = try hold(upload, for: path)
        try held.beginCompletion()
        if let stored = try recorded(held.folder, path, names) { return LocalUploadJoin.Finished(stored) }
        let files = zip(parts, names).map { part, name in
            LocalUploadJoin.Part(name: name, number: part.number, entityTag: part.entityTag)
        }
        let writer = try write(path)
        return LocalUploadJoin(held, files, writer, path) { [self] stored throws(Failure) in
            try reporting(path) { () throws(SystemError) in
                try record(Self.note(stored, names), as: Self.done, in: held.folder)
                try held.folder.synchronize()
            }
            removeParts(held.folder)
        }
    }

    package func abort(_ upload: String, for path: ArtifactPath) throws(Failure) {
        let held = try hold(upload, for: path)
        try held.beginCompletion()
        defer { withExtendedLifetime(held) {} }
        try reporting(path) { () throws(SystemError) in try workspace.discard(upload, in: workspace.uploads) }
    }

    package func removeUploads(idleSince time: Timestamp) throws(Failure) -> Int {
        try reporting(.root) { () throws(SystemError) in
            try workspace.removeLeftovers(budget: 10_000)
            var idle: [String] = []
            var names = try FolderNames(workspace.uploads)
            while let name = try names.next() {
                let name = String(cString: name)
                if let status = try? workspace.uploads.status(of: name), status.modified < time.milliseconds {
                    idle.append(name)
                }
            }
            var count = 0
            for name in idle {
                // Held by nobody, and still idle now that nobody else can come.
                guard let folder = try? workspace.uploads.folder(name), flock(folder.number, LOCK_EX | LOCK_NB) == 0,
                    let status = try? folder.status(), status.modified < time.milliseconds
                else { continue }
                defer { withExtendedLifetime(folder) {} }
                try workspace.discard(name, in: workspace.uploads)
                count += 1
            }
            return count
        }
    }

    /// The upload's folder, if there is one and it is for this path.
    private func hold(_ upload: String, for path: ArtifactPath) throws(Failure) -> HeldUpload {
        let missing = Failure(
            .notFound, "there is no upload \(upload) for artifact '\(path)'",
            hint: "It may have been completed, given up, or forgotten because nothing was sent for a long time.")
        guard upload.utf8.count == 32, Hexadecimal.bytes(of: upload) != nil else { throw missing }
        let held = try reporting(path) { () throws(SystemError) in try HeldUpload(upload, workspace.uploads) }
        guard let held else { throw missing }
        let target = try reporting(path) { () throws(SystemError) in try contents(of: held.target) }
        guard target.elementsEqual(path.text.utf8) else { throw missing }
        return held
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

    // MARK: What was stored, for who asks again

    private static func note(_ stored: StoredArtifact, _ names: [String]) -> [UInt8] {
        JSON.record([
            "size": .integer(stored.size), "sha256": .string(stored.sha256),
            "modified": .integer(stored.modified.milliseconds), "parts": .string(digest(of: names)),
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
            let sha256 = note["sha256"]?.text, let modified = note["modified"]?.int
        else { return nil }
        guard note["parts"]?.text == Self.digest(of: names) else {
            throw Failure(.conflict, "artifact '\(path)': the upload was completed with other parts")
        }
        return StoredArtifact(
            path: path, size: Int64(size), sha256: sha256, modified: Timestamp(milliseconds: Int64(modified)))
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
        try Descriptor.openedIfAny(openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC))
            .map { (file) throws(SystemError) in try contents(of: file) }
    }

    private func contents(of file: Descriptor) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: ArtifactPath.maximumBytes + 1)
        let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) -> Int in
            try file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return Array(bytes[..<count])
    }
}
