package import Core

/// The key that signs the log's checkpoints: a file that only its owner may read when it is made, and that is refused
/// when everybody may read it; and its public half in the database, so that a server with another key notices before it
/// signs anything.
package enum AuditKey {
    /// Reads the key file, or makes a new key when there is none.
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - name: the log's name (C2SP origin), for a new key.
    ///   - recorded: the public key the database knows; a new key is made only when it knows none.
    /// - Throws: `denied` when others than the file's owner and group may read or write it.
    package static func load(_ path: String, name: String, recorded: String?) throws(Failure) -> SigningKey {
        do throws(Failure) {
            let bytes = try FileContents.read(path, limit: 4096)
            guard try FileContents.permissions(of: path) & 0o007 == 0 else {
                throw Failure(
                    .denied, "everybody on this machine may read or change the key that signs the audit log",
                    hint: "Run chmod 600 on it, and make a new key if somebody may have copied this one.")
            }
            let text = String(decoding: bytes, as: UTF8.self)
            return try SigningKey(parsing: String(text.prefix { $0 != "\n" }))
        } catch  where error.code == .notFound {
            guard recorded == nil else { throw otherKey(recorded ?? "") }
            let key = try SigningKey(name: name)
            try AtomicFile.write(Array((key.secretText + "\n").utf8), to: path, mode: 0o600)
            return key
        } catch {
            throw Failure(error.code, "\(path): \(error.message)", hint: error.hint, cause: error.cause)
        }
    }

    /// Records the public key at the first start; refuses another one later.
    package static func check(_ key: SigningKey, _ transaction: Transaction) throws {
        guard let known = try recorded(transaction.sql) else {
            try transaction.sql.execute(
                "INSERT INTO eventlog_key (id, verifier) VALUES (1, ?1)", [.text(key.verifier.description)])
            return
        }
        guard known.utf8.elementsEqual(key.verifier.description.utf8) else {
            throw otherKey(known)
        }
    }

    /// The public key that signs the log of this database, if one does yet.
    package static func recorded(_ sql: any SQLConnection) throws -> String? {
        try sql.first("SELECT verifier FROM eventlog_key WHERE id = 1") { $0.text(0) }
    }

    private static func otherKey(_ known: String) -> Failure {
        Failure(
            .conflict, "the audit log of this database is signed with another key (\(known))",
            hint: "Copy keys/audit.key from the data folder of the server that made the database.")
    }
}
