import Core
import MLflow
import Platform

/// Brings everything from one side to the other: says what stands in the way before it writes anything, then writes a
/// batch of things in each transaction and reads them back.
///
/// It keeps no record of how far it got. A thing is written whole or not at all, so what a migration that was cut off
/// has left to do is what is not there; what is there is compared instead.
final class Transfer {
    struct Settings: Sendable {
        /// Leaves what the other side has with other content as it is there, instead of stopping.
        var skipsConflicts = false
        var isDryRun = false
    }

    let source: RowReader
    let target: TransferTarget
    let settings: Settings
    let origin: Origin
    let progress: (String, Double?) -> Void
    var report: TransferReport
    /// The experiments that are, or will be, on both sides: what belongs to another one cannot be taken along.
    var experiments: Set<String> = []
    /// What is on both sides with other content and stays as it is.
    private var kept: Set<ThingKey> = []
    /// Keys that cannot be read, and were told of.
    private var told: Set<MigrationKey> = []

    struct ThingKey: Hashable {
        let kind: MigrationKind
        let key: MigrationKey

        init(kind: MigrationKind, key: String) {
            self.kind = kind
            self.key = MigrationKey(key)
        }
    }

    init(
        source: RowReader, target: TransferTarget, settings: Settings, origin: Origin, report: TransferReport,
        progress: @escaping (String, Double?) -> Void
    ) {
        self.source = source
        self.target = target
        self.settings = settings
        self.origin = origin
        self.report = report
        self.progress = progress
    }

    /// Things of a transaction. A registered model is one with all its versions.
    private static func batchSize(_ kind: MigrationKind) -> Int { kind == .registeredModel ? 64 : 512 }

    /// - Throws: what the databases say; what cannot be taken along is told of in the report.
    func run() throws(Failure) -> TransferReport {
        let kinds = source.store.kinds.filter(target.store.kinds.contains)
        report.kinds = kinds.map { TransferReport.Kind(kind: $0) }
        for index in kinds.indices { try plan(index) }
        if report.counts[.conflict, default: 0] > 0, !settings.skipsConflicts {
            report.isStopped = true
            return report
        }
        for index in kinds.indices { try write(index) }
        return report
    }

    /// Walks over the keys of a kind in the source.
    private func forEachPage(
        _ index: Int, _ what: String, isTelling: Bool = false, _ body: ([String]) throws(Failure) -> Void
    ) throws(Failure) {
        let kind = report.kinds[index].kind
        var after: SQLValue?
        var done = 0
        while true {
            let page: RowReader.KeyPage
            var unreadable: [RowReader.Problem] = []
            do {
                page = try source.keys(kind, after: after, limit: Self.batchSize(kind)) { unreadable.append($0) }
            } catch {
                throw Failure(any: error)
            }
            // Everything is walked over twice; what has no readable name is told of once.
            for problem in unreadable where isTelling && told.insert(MigrationKey(problem.key)).inserted {
                report.kinds[index].leftOut += 1
                report.add(.leftOut, kind.rawValue, DisplayText.clean(problem.key), problem.text)
            }
            try body(page.keys)
            done += page.count
            let total = report.kinds[index].found
            progress(
                "\(what) \(kind.title): \(done)" + (total > 0 ? " of \(total)" : ""),
                total > 0 ? Double(done) / Double(total) : nil)
            if page.count < Self.batchSize(kind) { return }
            after = page.last
        }
    }

    // MARK: - Before anything is written

    private func plan(_ index: Int) throws(Failure) {
        let kind = report.kinds[index].kind
        let names = kind == .experiment ? try experimentNames() : [:]
        var found = 0
        try forEachPage(index, "comparing", isTelling: true) { (keys) throws(Failure) in
            found += keys.count
            let existing = try target.existing(kind, keys)
            if kind == .experiment { try checkNames(keys.filter { !existing.contains(MigrationKey($0)) }, names) }
            let both = keys.filter {
                existing.contains(MigrationKey($0)) && !kept.contains(ThingKey(kind: kind, key: $0))
            }
            if !both.isEmpty { try compare(both, index) }
        }
        // What has no readable identifier is there, too.
        report.kinds[index].found = found + report.kinds[index].leftOut
    }

    /// Whether a thing of the source is on both sides, and means the same there.
    func isOnBothSides(_ kind: MigrationKind, _ key: String) throws(Failure) -> Bool {
        if kind == .experiment { return experiments.contains(key) }
        guard !kept.contains(ThingKey(kind: kind, key: key)), try isInSource(kind, key) else { return false }
        return try !target.existing(kind, [key]).isEmpty
    }

    private func isInSource(_ kind: MigrationKind, _ key: String) throws(Failure) -> Bool {
        var isThere = false
        try readSource(kind.tables[0], [key]) { _, _ in isThere = true }
        return isThere
    }

    /// The numbers that the other side has given to names.
    private func experimentNames() throws(Failure) -> [MigrationKey: String] {
        var names: [MigrationKey: String] = [:]
        for row in try target.rows(.experiments) { names[MigrationKey(row.text(1))] = row.key }
        return names
    }

    /// A name belongs to one experiment, also to a deleted one.
    private func checkNames(_ keys: [String], _ taken: [MigrationKey: String]) throws(Failure) {
        var names: [(key: String, name: String)] = []
        try readSource(.experiments, keys) { names.append(($0, MigrationRow(values: $1[...]).text(1))) }
        for (key, name) in names {
            if let owner = taken[MigrationKey(name)], owner != key, try !givesWay(owner) {
                keep(
                    .experiment, key,
                    "the name \(DisplayText.label(name)) belongs to experiment \(owner) on the other side")
            } else {
                experiments.insert(key)
            }
        }
    }

    /// Whether an experiment of the other side gets another name: that which the source has for its number.
    private func givesWay(_ key: String) throws(Failure) -> Bool {
        guard try target.isPlaceholder(.experiment, key) else { return false }
        return try isInSource(.experiment, key)
    }

    private func keep(_ kind: MigrationKind, _ key: String, _ text: String) {
        kept.insert(ThingKey(kind: kind, key: key))
        report.add(.conflict, kind.rawValue, key, text)
    }

    private func compare(_ keys: [String], _ index: Int) throws(Failure) {
        let kind = report.kinds[index].kind
        var theirs = RowTally()
        var names: [String: [String]] = [:]
        for table in source.store.tables(of: kind) {
            try readSource(table, keys) { key, row in
                theirs.add(table, key, row)
                if table == .experiments { names[key] = [MigrationRow(values: row[...]).text(1)] }
            }
        }
        var ours = RowTally()
        try target.forEach(kind, keys) { table, key, row in
            ours.add(table, key, row)
            if table == .experiments { names[key]?.append(MigrationRow(values: row[...]).text(1)) }
        }
        var same: [String] = []
        for key in keys {
            let isNamesake = names[key].map { $0.count == 2 && $0[0].utf8.elementsEqual($0[1].utf8) } ?? false
            if kind == .experiment, isNamesake { experiments.insert(key) }
            if theirs.digest(of: key) == ours.digest(of: key) {
                same.append(key)
            } else if try target.isPlaceholder(kind, key) {
                // It is written with those that are new.
                if kind == .experiment { experiments.insert(key) }
            } else if kind == .experiment, key == "0", isNamesake {
                kept.insert(ThingKey(kind: kind, key: key))
                report.add(
                    .note, kind.rawValue, key,
                    "\(DisplayText.label(names[key]?[0] ?? "")) is there already and stays as it is; the runs of both "
                        + "come together")
            } else {
                keep(kind, key, Self.difference(theirs, ours, kind, key, names[key]))
            }
        }
        report.kinds[index].unchanged += same.count
        guard !same.isEmpty else { return }
        if same.count == keys.count { return report.add(source: theirs, target: ours) }
        // The digests of those that are the same alone; they are those of both sides.
        var tally = RowTally()
        for table in source.store.tables(of: kind) {
            try readSource(table, same) { key, row in tally.add(table, key, row) }
        }
        report.add(source: tally, target: tally)
    }

    private static func difference(
        _ theirs: RowTally, _ ours: RowTally, _ kind: MigrationKind, _ key: String, _ names: [String]?
    ) -> String {
        if let names, names.count == 2, !names[0].utf8.elementsEqual(names[1].utf8) {
            return "it is \(DisplayText.label(names[0])) in the source and \(DisplayText.label(names[1])) here"
        }
        let (there, here) = (theirs.digest(of: key).count, ours.digest(of: key).count)
        return there == here
            ? "it is there already with other content"
            : "it is there already with other content (\(there) rows in the source, \(here) here)"
    }

    /// Reads rows of the source; those with something wrong are passed over.
    func readSource(
        _ table: MigrationTable, _ keys: [String], _ body: (String, [SQLValue]) throws -> Void
    ) throws(Failure) {
        do { try source.forEach(table, of: keys, body, problem: { _ in }) } catch { throw Failure(any: error) }
    }

    // MARK: - Writing

    private func write(_ index: Int) throws(Failure) {
        let kind = report.kinds[index].kind
        try forEachPage(index, settings.isDryRun ? "reading" : "writing") { (keys) throws(Failure) in
            let existing = try target.existing(kind, keys)
            var new: [String] = []
            for key in keys {
                if kept.contains(ThingKey(kind: kind, key: key)) {
                    report.kinds[index].kept += 1
                } else if !existing.contains(MigrationKey(key)) {
                    new.append(key)
                } else if try target.isPlaceholder(kind, key) {
                    new.append(key)
                }
            }
            if !new.isEmpty { try BatchTransfer(transfer: self, index: index, kind: kind).run(new) }
        }
    }
}

extension MigrationKind {
    /// For people, in the plural.
    var title: String {
        switch self {
        case .experiment: "experiments"
        case .run: "runs"
        case .loggedModel: "logged models"
        case .trace: "traces"
        case .registeredModel: "registered models"
        case .webhook: "webhooks"
        }
    }
}
