package import Core

/// What a backup holds: the file `manifest.json` in its folder, written last. A folder without it is no backup yet.
package struct BackupManifest: Sendable, Equatable {
    package enum DatabaseKind: String, Sendable {
        case sqlite
        case postgresql

        /// The file of the copy in the backup.
        package var file: String {
            switch self {
            case .sqlite: "steward.db"
            case .postgresql: "steward.dump"
            }
        }
    }

    package let created: Timestamp
    package let kind: DatabaseKind
    package let database: FileDigest
    package let artifacts: Artifacts
    package let key: FileDigest
    /// The public half of the key, as the database knows it.
    package let verifier: String
    /// Of the event log at the moment of the copy.
    package let logSize: Int64
    package let logRoot: MerkleHash

    package struct Artifacts: Sendable, Equatable {
        package let files: Int
        package let bytes: Int64
        /// The file that lists them with their digests.
        package let list: FileDigest

        package init(files: Int, bytes: Int64, list: FileDigest) {
            self.files = files
            self.bytes = bytes
            self.list = list
        }
    }

    package init(
        created: Timestamp, kind: DatabaseKind, database: FileDigest, artifacts: Artifacts, key: FileDigest,
        verifier: String, logSize: Int64, logRoot: MerkleHash
    ) {
        self.created = created
        self.kind = kind
        self.database = database
        self.artifacts = artifacts
        self.key = key
        self.verifier = verifier
        self.logSize = logSize
        self.logRoot = logRoot
    }

    package static let fileName = "manifest.json"
    static let keyFile = "keys/audit.key"
    static let artifactFolder = "artifacts"
    /// One line for each artifact, as sha256sum writes and checks them: `<SHA-256>  artifacts/<path>`.
    static let artifactList = "artifacts.sha256"
    private static let format = 1
}

// MARK: - JSON

extension BackupManifest {
    package var json: JSON {
        .record([
            "format": .int(Self.format), "created": .string(created.rfc3339),
            "database": Self.json(database, kind.file, [.init("kind", .string(kind.rawValue))]),
            "artifacts": .record([
                "files": .int(artifacts.files), "bytes": .integer(artifacts.bytes),
                "list": Self.json(artifacts.list, Self.artifactList),
            ]),
            "key": Self.json(key, Self.keyFile, [.init("verifier", .string(verifier))]),
            "audit_log": .record(["size": .integer(logSize), "root": .string(logRoot.hexadecimal)]),
        ])
    }

    private static func json(_ digest: FileDigest, _ name: String, _ more: [JSON.Member] = []) -> JSON {
        .object(
            more + [
                .init("file", .string(name)), .init("bytes", .integer(digest.bytes)),
                .init("sha256", .string(digest.sha256)),
            ])
    }

    /// - Throws: `invalid` when it is none; `unsupported` for one of a later version.
    package init(_ json: JSON) throws(Failure) {
        guard let format = json["format"]?.int else { throw Self.malformed }
        guard format == Self.format else {
            throw Failure(
                .unsupported, "the backup has format \(format), and this program reads format \(Self.format)",
                hint: "Restore it with the version of Steward that wrote it, or a later one.")
        }
        guard let created = json["created"]?.text.flatMap(Timestamp.init(rfc3339:)),
            let kind = json["database"]?["kind"]?.text.flatMap(DatabaseKind.init(rawValue:)),
            let database = Self.digest(json["database"]), let files = json["artifacts"]?["files"]?.int,
            let bytes = json["artifacts"]?["bytes"]?.int, let list = Self.digest(json["artifacts"]?["list"]),
            let key = Self.digest(json["key"]), let verifier = json["key"]?["verifier"]?.text,
            let size = json["audit_log"]?["size"]?.int,
            let root = json["audit_log"]?["root"]?.text.flatMap(Hexadecimal.bytes(of:)).flatMap({ MerkleHash($0) })
        else { throw Self.malformed }
        self.init(
            created: created, kind: kind, database: database,
            artifacts: Artifacts(files: files, bytes: Int64(bytes), list: list), key: key, verifier: verifier,
            logSize: Int64(size), logRoot: root)
    }

    private static func digest(_ json: JSON?) -> FileDigest? {
        guard let bytes = json?["bytes"]?.int, let sha256 = json?["sha256"]?.text else { return nil }
        return FileDigest(bytes: Int64(bytes), sha256: sha256)
    }

    private static let malformed = Failure(
        .invalid, "\(fileName) of the backup is not what `steward backup` writes",
        hint: "The backup is damaged; use another one.")
}
