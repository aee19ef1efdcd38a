import Core
import Synchronization

/// One verification of a log: everything in it, and that it continues what was seen of it before.
struct LogAudit: Sendable {
    let place: LogPlace
    let known: KnownLogs
    /// The key the operator vouches for; nil trusts the remembered one, and the log itself the first time.
    var key: VerifierKey?
    /// A signed checkpoint that the operator kept elsewhere.
    var since: [UInt8]?

    /// What came out, for people and programs.
    struct Outcome: Sendable {
        let place: String
        let key: VerifierKey
        var report = LogReport()
        /// What it was compared with.
        var earlier: KnownLogs.Sighting?
        /// What was seen of it elsewhere and is newer than this copy, so that it could not be compared.
        var newerElsewhere: [KnownLogs.Sighting] = []
        /// Whether the key comes from the log itself, for want of anything better.
        var keyIsUnconfirmed = false

        var isIntact: Bool { report.isIntact }
        /// The gravest thing that is wrong.
        var problem: LogFinding.Kind? {
            let kinds = Set(report.findings.map(\.kind))
            return [.keyChanged, .rewritten, .rolledBack].first { kinds.contains($0) } ?? (isIntact ? nil : .damaged)
        }
    }

    /// - Throws: what keeps it from being decided: nobody answers, there is no key. What is wrong with the log is in
    ///   the outcome.
    func run() async throws(Failure) -> Outcome {
        let earlier = known.sighting(at: place.name)
        let shown = try await place.key()
        guard let trusted = key ?? earlier?.key ?? shown else {
            throw Failure(
                .invalid, "\(place.name): has no file `\(LogDirectory.keyName)`, and this log was not seen before",
                hint: "Name the key that signs it with --key; the server tells it at /audit/key.")
        }
        var outcome = Outcome(place: place.name, key: trusted, earlier: earlier)
        let elsewhere = known.sightings(of: trusted, except: place.name)
        outcome.keyIsUnconfirmed = key == nil && earlier == nil && elsewhere.isEmpty
        for (other, source) in [(shown, "now"), (earlier?.key, "when it was last seen")] {
            guard let other, other != trusted else { continue }
            let message = "the log is signed with another key \(source), \(other.text)"
            outcome.report.findings.append(LogFinding(LogDirectory.keyName, message, .keyChanged))
            return outcome
        }
        outcome.report = try await report(trusted, earlier, elsewhere)
        if let size = outcome.report.checkpoint?.checkpoint.size {
            outcome.newerElsewhere = elsewhere.filter { $0.size > size }
        }
        return outcome
    }

    private func report(
        _ key: VerifierKey, _ earlier: KnownLogs.Sighting?, _ elsewhere: [KnownLogs.Sighting]
    ) async throws(Failure) -> LogReport {
        let verifier = LogVerifier(trust: try LogTrust(keys: [key]))
        let checks = EntryChecks(place)
        let progress = AuditProgress()
        defer { progress.clear() }
        let fetch: LogVerifier.Fetch = { [place] name throws(Failure) in
            guard let bytes = try await place.fetch(name) else { return nil }
            progress.saw(name, bytes)
            if let path = try? TilePath(parsing: name), path.content == .entries {
                try await checks.look(at: bytes, path)
            }
            return bytes
        }
        var pins: [LogVerifier.Pin] = []
        if let since { pins.append(try .init(since, verifier.trust, name: "the checkpoint of --since")) }
        if let earlier { pins.append(try .init(earlier.checkpoint, verifier.trust, name: "the earlier checkpoint")) }
        for other in elsewhere {
            let name = "the checkpoint seen at \(other.place)"
            pins.append(try .init(other.checkpoint, verifier.trust, name: name, mayBeNewer: true))
        }
        var report: LogReport
        switch place {
        case .folder(let directory):
            report = try await verifier.verify(directory, pins, fetch: fetch)
        case .server:
            report = try await verifier.verify(pins, fetch: fetch)
            if let size = report.checkpoint?.checkpoint.size {
                try await checks.lookBeyond(size) { () throws(Failure) in
                    let note = try await place.fetch(LogDirectory.checkpointName) ?? []
                    return try verifier.trust.checkpoint(note).checkpoint
                }
            }
        }
        report.findings += checks.findings
        return report
    }
}

/// How far a verification or an export is.
final class AuditProgress: Sendable {
    private let line = ProgressLine()
    private let total = Atomic<Int64>(0)

    /// - Parameter name: of the file that was read.
    func saw(_ name: String, _ bytes: [UInt8]) {
        if name == LogDirectory.checkpointName {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2)
            total.store(lines.count > 1 ? CanonicalDecimal.value(of: lines[1]) ?? 0 : 0, ordering: .relaxed)
        } else if let path = try? TilePath(parsing: name), path.content == .entries {
            let (done, all) = (path.entries.upperBound, total.load(ordering: .relaxed))
            line.update("\(done) entries", all > 0 ? Double(done) / Double(all) : nil)
        }
    }

    func clear() { line.clear() }
}
