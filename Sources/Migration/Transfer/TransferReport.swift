package import MLflow
package import Platform

/// What a migration has done, or would do, and whether both sides agree afterwards.
package struct TransferReport: Sendable {
    /// Something that is not as one would wish, about one thing or one table.
    package struct Finding: Sendable, Equatable {
        package enum Sort: String, Sendable {
            /// The other side has it with other content.
            case conflict
            /// It cannot be taken along.
            case leftOut = "left_out"
            /// It was written, and reads otherwise.
            case difference
            /// It is taken along, but not all of it, or it was not as it should be.
            case note
        }

        package let sort: Sort
        package let kind: String
        package let key: String
        package let text: String
    }

    /// The rows of a table, as either side has them, of all that is on both.
    package struct Table: Sendable {
        package let table: MigrationTable
        package var source = RowSetDigest()
        package var target = RowSetDigest()
    }

    package struct Kind: Sendable {
        package let kind: MigrationKind
        /// In the source.
        package var found = 0
        /// Written by this migration; in a dry run, what would be.
        package var written = 0
        /// There already, and the same.
        package var unchanged = 0
        /// There already with other content, and left as it is.
        package var kept = 0
        package var leftOut = 0
    }

    /// Findings that are kept at most, of each sort; the others are counted.
    static let findingLimit = 1000

    let importID: String
    let source: String
    package let target: String
    let isDryRun: Bool
    package var kinds: [Kind] = []
    package private(set) var tables: [MigrationTable: Table] = [:]
    package private(set) var findings: [Finding] = []
    private(set) var counts: [Finding.Sort: Int] = [:]
    /// Conflicts stopped it before anything was written.
    package var isStopped = false
    package var files: FileReport?
    package var users: UserReport?

    init(importID: String, source: String, target: String, isDryRun: Bool) {
        self.importID = importID
        self.source = source
        self.target = target
        self.isDryRun = isDryRun
    }

    mutating func add(_ sort: Finding.Sort, _ kind: String, _ key: String, _ text: String) {
        let count = counts[sort, default: 0]
        counts[sort] = count + 1
        if count < Self.findingLimit { findings.append(Finding(sort: sort, kind: kind, key: key, text: text)) }
    }

    /// Adds rows that are on both sides; without `target`, what would be.
    mutating func add(source: RowTally, target: RowTally?) {
        for (table, digest) in source.tables {
            tables[table, default: Table(table: table)].source.add(digest)
        }
        for (table, digest) in target?.tables ?? [:] {
            tables[table, default: Table(table: table)].target.add(digest)
        }
    }

    /// Whether everything that is in the source is on the other side now, and the same.
    package var isComplete: Bool {
        !isStopped && counts[.leftOut, default: 0] == 0 && isVerified && (files?.isComplete ?? true)
            && (users?.leftOut ?? 0) == 0
            && kinds.allSatisfy { $0.kept == 0 }
    }

    /// Whether what was written reads as it was.
    package var isVerified: Bool {
        counts[.difference, default: 0] == 0 && (isDryRun || tables.values.allSatisfy { $0.source == $0.target })
    }

    package var written: Int { kinds.reduce(0) { $0 + $1.written } }
}

/// What became of users.
package struct UserReport: Sendable {
    package var written = 0
    /// There already, by their name.
    package var unchanged = 0
    package var leftOut = 0
}

/// What became of files.
package struct FileReport: Sendable {
    /// In a dry run: what there is to copy, or to compare.
    package var copied = 0
    package var unchanged = 0
    package var bytes: Int64 = 0
    /// Places whose files stay where they are.
    var referenced = 0
    /// Places of runs, logged models and versions where there is no folder: most have no files.
    package var missing = 0
    package var failed = 0

    var isComplete: Bool { failed == 0 }
}
