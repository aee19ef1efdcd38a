import Core
import Platform

/// What other domains are told of artifacts.
extension ArtifactService: ArtifactDownloads {
    func answer(_ relative: String, below uri: String, to request: Request) async throws -> Response {
        let path = try ArtifactPlace.path(relative, in: ArtifactPlace.folder(of: uri))
        return try await ArtifactDownload(file: open(path), pool: pool).answer(to: request)
    }

    func files(below uri: String, limit: Int) async throws -> ArtifactFiles? {
        guard let root = try? ArtifactPlace.folder(of: uri) else { return nil }
        var files: [ArtifactFiles.File] = []
        // Folders still to be looked into, the next one last.
        var folders = [(path: root, prefix: "")]
        var looked = 0
        while let folder = folders.popLast() {
            guard looked < limit, files.count < limit else { return Self.files(files, isComplete: false) }
            looked += 1
            let listing: ArtifactListing
            do {
                listing = try await page(of: folder.path, after: nil, limit: limit - files.count)
            } catch let failure as Failure where failure.code == .notFound || failure.code == .invalid {
                continue
            }
            let records = try await records(of: listing.entries, in: folder.path)
            for (entry, record) in zip(listing.entries, records) {
                if entry.isFolder {
                    folders.append((try folder.path.appending(entry.name), "\(folder.prefix)\(entry.name)/"))
                } else {
                    files.append(
                        .init(path: folder.prefix + entry.name, size: entry.size, sha256: record?.sha256))
                }
            }
            if listing.next != nil { return Self.files(files, isComplete: false) }
        }
        return Self.files(files, isComplete: true)
    }

    private static func files(_ files: [ArtifactFiles.File], isComplete: Bool) -> ArtifactFiles {
        ArtifactFiles(
            files: files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }, isComplete: isComplete)
    }

    func contents(of relative: String, below uri: String, limit: Int) async throws -> [UInt8]? {
        guard let folder = try? ArtifactPlace.folder(of: uri), let path = try? ArtifactPlace.path(relative, in: folder)
        else { return nil }
        do {
            let file = try await open(path)
            guard file.reader.size <= Int64(limit) else { return nil }
            return try await run { try file.reader.bytes(at: 0, count: limit) }
        } catch let failure as Failure where failure.code == .notFound || failure.code == .invalid {
            return nil
        }
    }
}
