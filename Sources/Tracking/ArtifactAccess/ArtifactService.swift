import Core
import Platform

/// Artifacts as requests meet them: the store's calls on threads that may wait, each file with its record.
final class ArtifactService: Sendable {
    let services: Services
    let pool: BlockingPool
    private let locks = ArtifactLocks()
    private let repairs = RepairGate()

    init(_ services: Services) {
        self.services = services
        pool = BlockingPool()
    }

    private var store: any ArtifactStore { services.artifacts }

    /// Bytes of one file: 1 TiB.
    static let fileLimit = 1 << 40
    /// Entries of one folder that are listed at most.
    private static let listLimit = 100_000

    // MARK: - Reading

    /// An open file with its record, if there is one.
    struct File: Sendable {
        let path: ArtifactPath
        let reader: any ArtifactReader
        let record: ArtifactRecord?
    }

    /// - Throws: `notFound`; `invalid` for a folder.
    func open(_ path: ArtifactPath) async throws -> File {
        if path.isRoot { throw Self.isFolder(path) }
        let reader: any ArtifactReader
        do {
            reader = try await run { [store] in try store.read(path) }
        } catch let failure as Failure where failure.code == .notFound {
            throw Failure(.notFound, "No such artifact: '\(path)'")
        } catch let failure as Failure where failure.code == .invalid {
            let isFolder = try? await run { [store] in try store.info(path).isFolder }
            throw isFolder == true ? Self.isFolder(path) : failure
        }
        let record = try await services.database.read { try ArtifactRecordStore($0).find(path) }
        if let record, record.describes(size: reader.size, modified: reader.modified) {
            return File(path: path, reader: reader, record: record)
        }
        repair(path)
        return File(path: path, reader: reader, record: nil)
    }

    private static func isFolder(_ path: ArtifactPath) -> Failure {
        Failure(.invalid, "Artifact path refers to a directory, not a file: '\(path)'")
    }

    /// What is in a folder; nothing for a file and for what does not exist.
    func list(_ folder: ArtifactPath) async throws -> [ArtifactEntry] {
        try await run { [store] in
            let listing: ArtifactListing
            do {
                // At once: each page would read the whole folder.
                listing = try store.list(folder, after: nil, limit: Self.listLimit)
            } catch let failure as Failure where failure.code == .notFound || failure.code == .invalid {
                // No such folder, or a file, or a link.
                return []
            }
            guard listing.next == nil else {
                throw Failure(.invalid, "The folder '\(folder)' has more than \(Self.listLimit) entries")
            }
            return listing.entries
        }
    }

    /// A page of a folder, by name.
    /// - Throws: `notFound`; `invalid` for a file.
    func page(of folder: ArtifactPath, after name: String?, limit: Int) async throws -> ArtifactListing {
        try await run { [store] in try store.list(folder, after: name, limit: limit) }
    }

    /// What is known of the files among entries of a folder; nil for folders, and for files that have changed since.
    func records(of entries: [ArtifactEntry], in folder: ArtifactPath) async throws -> [ArtifactRecord?] {
        try await services.database.read { sql in
            let store = ArtifactRecordStore(sql)
            return try entries.map { entry in
                guard !entry.isFolder, let path = try? folder.appending(entry.name) else { return nil }
                return try store.find(path).flatMap { $0.size == entry.size ? $0 : nil }
            }
        }
    }

    /// How much is below an artifact URI.
    /// - Parameter limit: the count stops after so many files and folders.
    /// - Returns: nil when it is not kept by this server.
    func usage(below uri: String, limit: Int) async throws -> ArtifactUsage? {
        guard let folder = try? ArtifactPlace.folder(of: uri) else { return nil }
        do {
            return try await run { [store] in try store.usage(of: folder, limit: limit) }
        } catch let failure as Failure where failure.code == .notFound || failure.code == .invalid {
            return ArtifactUsage()
        }
    }

    // MARK: - Writing

    /// Stores the body of a request under a path.
    func save(_ body: RequestBody, as path: ArtifactPath, by origin: Origin) async throws {
        let writer = try await run { [store] in try store.write(path) }
        do {
            try await receive(body, writer)
            try await commit(path, by: origin) { try writer.commit() }
        } catch {
            try? await run { writer.abandon() }
            throw error
        }
    }

    /// Hands a body to a writer while it arrives.
    func receive(_ body: RequestBody, _ writer: any ArtifactWriter) async throws {
        let intake = ArtifactIntake(writer, pool)
        try await body.forEachPiece(limit: Self.fileLimit) { try await intake.take($0) }
        try await intake.finish()
    }

    /// Joins the parts of an upload to a file and records it.
    func complete(_ upload: String, for path: ArtifactPath, parts: [UploadedPart], by origin: Origin) async throws {
        let join = try await run { [store] in try store.join(upload, for: path, parts: parts) }
        // Minutes for a large file: the thread is given back after each piece.
        while try await run({ try join.joinMore() }) {}
        try await commit(path, by: origin) { try join.commit() }
    }

    /// Lets a file appear and records it.
    /// - Parameter appear: blocks.
    func commit(
        _ path: ArtifactPath, by origin: Origin, _ appear: @escaping @Sendable () throws -> StoredArtifact
    ) async throws {
        let database = services.database
        let now = services.world.now()
        try await locks.withLock(path) { [self] in
            let old = try await database.read { try ArtifactRecordStore($0).find(path) }
            if old != nil { try await database.write { try ArtifactRecordStore($0.sql).forget(path) } }
            let stored = try await run(appear)
            try await database.write {
                try ArtifactRecordStore($0.sql).add(stored, now: now, by: origin.principal)
            }
        }
    }

    /// Deletes a file, or a folder with all that is in it. What is not there is no error.
    func delete(_ path: ArtifactPath, by origin: Origin) async throws {
        if path.isRoot { throw Failure(.invalid, "Invalid path: all artifacts cannot be deleted at once") }
        try await services.database.write { try ArtifactRecordStore($0.sql).forget(path) }
        do {
            try await run { [store] in try store.delete(path) }
        } catch let failure as Failure where failure.code == .notFound {
            return
        }
        // Not before: an event says what has happened.
        try await services.database.write { transaction in
            transaction.record(
                Event("tracking.artifact-deleted", Event.subject("artifact", path.text)), by: origin)
        }
    }

    /// Removes all below an artifact URI of this server, with the records, because what it belonged to is gone for
    /// good; then the folder around it, if nothing else is in it.
    /// - Parameter isOnlyIfEmpty: removes the folder itself, unless something is in it.
    func remove(_ uri: String, isOnlyIfEmpty: Bool) async throws {
        // A place that is no path of the store has never held anything.
        guard let folder = try? ArtifactPlace.folder(of: uri), !folder.isRoot else { return }
        do {
            if isOnlyIfEmpty {
                try await run { [store] in _ = try store.deleteIfEmpty(folder) }
            } else {
                try await services.database.write { try ArtifactRecordStore($0.sql).forget(folder) }
                try await run { [store] in
                    try store.delete(folder)
                    if !folder.parent.isRoot { try store.deleteIfEmpty(folder.parent) }
                }
            }
        } catch let failure as Failure where failure.code == .notFound {
            return
        }
    }

    // MARK: - Repair

    /// Makes the record of a file that has none, after a crash or a change of the folder by other hands. One at a time:
    /// what is not done now is done when the file is read again.
    private func repair(_ path: ArtifactPath) {
        guard repairs.enter() else { return }
        Task {
            defer { repairs.leave() }
            let now = services.world.now()
            try? await locks.withLock(path) { [self] in
                let reader = try await run { [store] in try store.read(path) }
                let sha256 = try await run { try reader.sha256() }
                let stored = StoredArtifact(
                    path: path, size: reader.size, sha256: sha256, modified: reader.modified)
                try await services.database.write {
                    try ArtifactRecordStore($0.sql).replace(stored, now: now, by: .system)
                }
            }
        }
    }

    /// Forgets uploads in parts that nobody goes on with.
    var idleUploads: Routine {
        Routine("tracking.idle-uploads", every: .seconds(3600)) { [self] in
            let time = services.world.now().adding(milliseconds: -Self.idleUpload)
            _ = try await run { [store] in try store.removeUploads(idleSince: time) }
        }
    }

    /// One day: as long as a client may sleep between two parts.
    private static let idleUpload: Int64 = 86_400_000

    // MARK: - Threads

    /// Runs a blocking call. What the store calls a conflict is the client's mistake: a file where a folder stands, or
    /// below a file.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await pool.run(body)
        } catch let failure as Failure where failure.code == .conflict {
            throw Failure(.invalid, failure.message, hint: failure.hint, cause: failure.cause)
        }
    }
}
