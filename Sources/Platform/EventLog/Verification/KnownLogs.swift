package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What this user has seen of logs: at each place (the address of a server, a folder) the key that signed the last
/// checkpoint, and that checkpoint.
///
/// A log cannot prove by itself that it is the one of yesterday. Whoever remembers its last checkpoint can tell that it
/// was cut, changed or replaced, even when everything in it fits together.
package struct KnownLogs: Sendable {
    package struct Sighting: Sendable {
        package let place: String
        package let key: VerifierKey
        /// The signed note, as it was served.
        package let checkpoint: [UInt8]
        package let size: Int64
        package let time: Timestamp

        package init(place: String, key: VerifierKey, checkpoint: TrustedCheckpoint, time: Timestamp) {
            self.init(
                place: place, key: key, checkpoint: checkpoint.note.bytes, size: checkpoint.checkpoint.size, time: time)
        }

        init(place: String, key: VerifierKey, checkpoint: [UInt8], size: Int64, time: Timestamp) {
            self.place = place
            self.key = key
            self.checkpoint = checkpoint
            self.size = size
            self.time = time
        }
    }

    private var sightings: [Sighting] = []

    package init() {}

    package func sighting(at place: String) -> Sighting? {
        sightings.first { $0.place.utf8.elementsEqual(place.utf8) }
    }

    /// What was seen of the log with that key at other places.
    package func sightings(of key: VerifierKey, except place: String) -> [Sighting] {
        sightings.filter { $0.key == key && !$0.place.utf8.elementsEqual(place.utf8) }
    }

    package mutating func forget(_ place: String) {
        sightings.removeAll { $0.place.utf8.elementsEqual(place.utf8) }
    }

    /// Replaces what was known of the place.
    package mutating func remember(_ sighting: Sighting) {
        forget(sighting.place)
        sightings.append(sighting)
        sightings.sort { $0.place.utf8.lexicographicallyPrecedes($1.place.utf8) }
    }
}

// MARK: - In a file

extension KnownLogs {
    /// `steward/audit-logs.json` in the folder for state of the XDG base directories.
    /// - Throws: `invalid` when the environment names neither that folder nor a home.
    package static func defaultFile(_ environment: [String: String]) throws(Failure) -> String {
        // The specification has relative paths ignored.
        if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") {
            return "\(folder)/steward/audit-logs.json"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw Failure(
                .invalid, "there is no folder to remember logs in: neither HOME nor XDG_STATE_HOME is set",
                hint: "Name a file with --state.")
        }
        return "\(home)/.local/state/steward/audit-logs.json"
    }

    /// - Returns: nothing known when there is no such file.
    /// - Throws: `invalid` for a file of another form: to go on without it would be to trust anything.
    package init(file: String) throws(Failure) {
        let bytes: [UInt8]
        do { bytes = try FileContents.read(file, limit: 16 << 20) } catch {
            guard error.code == .notFound else { throw error }
            return
        }
        do throws(Failure) {
            let json = try JSONParser.parse(bytes)
            guard json["version"]?.int == 1, let logs = json["logs"]?.elements else {
                throw Failure(.invalid, "is not a list of known logs of version 1")
            }
            for log in logs { sightings.append(try Sighting(log)) }
        } catch {
            throw Failure(
                .invalid, "\(file): \(error.message)",
                hint: "It remembers which logs were seen. Restore it, or name another file with --state.")
        }
    }

    /// Readers see the old file or the new one. The folder is made when it is missing.
    package func write(to file: String) throws(Failure) {
        var folder = ""
        for part in file.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            folder += part + "/"
            // What is really wrong with it the write below tells.
            mkdir(folder, 0o700)
        }
        let json = JSON.record(["version": .integer(1), "logs": .array(sightings.map(\.json))])
        try AtomicFile.write(Array((json.text(pretty: true) + "\n").utf8), to: file, mode: 0o600)
    }
}

extension KnownLogs.Sighting {
    fileprivate var json: JSON {
        .record([
            "place": .string(place), "key": .string(key.text),
            "checkpoint": .string(String(decoding: checkpoint, as: UTF8.self)), "seen": .string(time.rfc3339),
        ])
    }

    fileprivate init(_ json: JSON) throws(Failure) {
        guard let place = json["place"]?.text, let key = json["key"]?.text, let note = json["checkpoint"]?.text,
            let time = json["seen"]?.text.flatMap(Timestamp.init(rfc3339:))
        else { throw Failure(.invalid, "a log lacks place, key, checkpoint or time") }
        let verifier = try VerifierKey(parsing: key)
        // Signed by that key: the file was not patched together.
        let trusted = try LogTrust(keys: [verifier]).checkpoint(Array(note.utf8))
        self.init(place: place, key: verifier, checkpoint: trusted, time: time)
    }
}
