import Core
import MLflow
import Monitoring
import Registry
import Statistics
import Tables

extension Subject {
    static let all: [Subject] = [
        json,
        filter,
        graphQL,
        modelFile,
        log,
        path,
        table("csv", "csv", tokens: csvTokens),
        table("ndjson", "ndjson", tokens: jsonTokens),
        table("npy", "npy", tokens: numpyTokens),
        table("npz", "npz", tokens: numpyTokens + ["PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}", ".npy"]),
        table("arrow", "arrow", tokens: ["ARROW1", "xx"]),
        schema,
        statistics,
        profile,
    ]

    private static let numbers = [
        "0", "-", "+", ".", "1e400", "-1e-400", "1e", "0x10", "inf", "nan", "9007199254740993", "18446744073709551616",
        String(repeating: "9", count: 320), "0.3000000000000000444089209850062616169452667236328125",
    ]

    private static let jsonTokens =
        numbers + [
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\\udc00", "null", "true", "\"columns\"",
            "\"num\"", "[[[[[[[[[[", "{\"a\":", "\n", "\r\n", "\"NaN\"",
        ]

    private static let filterTokens =
        numbers + [
            "metrics.", "tags.", "params.`a b`", "\"a b\"", "run_id", "name", "timestamp", "status", "'", "\"", "`",
            "\\'",
            "''", "(", ")", ",", ";", "=", "!=", "<=", ">", "~", " AND ", " OR ", " NOT ", " IN ('a', 'b')", " IS NULL",
            " LIKE '%a_'", " ILIKE ", " DESC", "\u{A0}", "é",
        ]

    private static let graphQLTokens =
        numbers + [
            "{", "}", "(", ")", "[", "]", "...", "...F", "fragment F on MlflowRun ", "query Q($a: String!) ", "$a", "@",
            "@component(name: \"x\")", ": ", "!", "=", "|", "&", "\"\"\"", "\"", "\\u{1F600}", "\\uD83D", "#", "\n",
            ",",
            "__typename ", "mlflowGetRun(input: {runId: \"1\"}) ", "mutation ", "null", "true", "input: ", "é",
        ]

    private static let csvTokens =
        numbers + [
            ",", ";", "\t", "|", "\"", "\"\"", "\n", "\r\n", "\r", "\n\n", "true", "False", "2024-02-29", "2023-02-29",
            "2024-05-01T23:59:60Z", "99999-12-31", ",,,,,,,,", "\"a\nb\"", " ",
        ]

    private static let numpyTokens = [
        "'descr': ", "'fortran_order': ", "True", "False", "'shape': ", "(", ")", "(9223372036854775807,)", "(0,)",
        "(-1,)", "(4294967296, 4294967296)", "'<f8'", "'>i2'", "'|S999999999'", "'<U3'", "'<M8[ns]'", "'|O'", "[('a', ",
        "{", "}", ",", " ", "\n", "\\x93NUMPY",
    ]

    private static let json = Subject("json", tokens: jsonTokens) { bytes, _ in
        let value = try JSONParser.parse(bytes)
        // What was accepted survives writing and reading.
        let again = try JSONParser.parse(value.serialised())
        precondition(again.serialised() == value.serialised(), "a document changed by writing and reading it")
        // Not every document has a canonical form; one that has is in it.
        guard let canonical = try? value.canonical() else { return }
        let same = try JSONParser.parse(canonical).canonical()
        precondition(same == canonical, "a canonical form that is not its own canonical form")
    }

    /// Queries as pages send them, read and checked against the schema.
    private static let graphQL = Subject("graphql", tokens: graphQLTokens) { bytes, _ in
        try queries.get().check(String(decoding: bytes, as: UTF8.self))
    }
    private static let queries = Result { () throws(Failure) in try GraphQLQueries() }

    /// The file `MLmodel` beside a model. Whatever it holds, something is read from it, or nothing.
    private static let modelFile = Subject(
        "mlmodel",
        tokens: ["flavors:", "signature:", "  inputs: '", "[{\"name\": ", "'", "\n", "  ", "    ", ": ", "é"]
    ) { bytes, _ in
        let file = MLmodelFile(String(decoding: bytes, as: UTF8.self))
        if file.flavors.isEmpty, file.inputs.isEmpty { throw Failure(.invalid, "nothing was found") }
    }

    /// Filters and orderings of MLflow's searches; one that some search accepts is accepted.
    private static let filter = Subject("filter", tokens: filterTokens) { bytes, _ in
        let text = String(decoding: bytes, as: UTF8.self)
        var accepted = false
        for subject in SearchSubject.allCases {
            if (try? SearchOrdering.parse([text], for: subject)) != nil { accepted = true }
            guard let comparisons = try? SearchFilter.parse(text, for: subject) else { continue }
            accepted = true
            for comparison in comparisons {
                guard case .text(let pattern) = comparison.value, pattern.utf8.count < 200 else { continue }
                _ = LikePattern(pattern, ignoringCase: true).matches(text)
            }
        }
        guard accepted else { throw Failure(.invalid, "neither a filter nor an ordering") }
    }

    private static let schema = Subject("schema", tokens: jsonTokens + ["\"cat\"", "\"nmu\"", "\"datetime\""]) {
        bytes, _ in
        _ = try SchemaFile.parse(bytes, path: "schema.json")
    }

    /// `statistics.json` of SageMaker Model Monitor.
    private static let statistics = Subject(
        "statistics", tokens: jsonTokens + ["\"buckets\"", "\"count\"", "\"features\"", "-1", "1e308"]
    ) { bytes, _ in
        let statistics = try SageMaker.Statistics(JSONParser.parse(bytes))
        _ = try TableProfile(serialised: statistics.profile.serialised())
    }

    /// A data file: read whole and in pieces, which must agree.
    private static func table(_ name: String, _ fileExtension: String, tokens: [String]) -> Subject {
        Subject(name, fileExtension: fileExtension, tokens: tokens) { _, path in
            var options = ReadOptions()
            options.maximumBytes = 64 << 20
            // Small blocks, so that a record often crosses from one to the next.
            options.blockBytes = 64
            options.threads = 2
            let (table, _) = try DataReader.read(path, options)
            precondition(table.columns.allSatisfy { $0.count == table.rowCount }, "columns of different lengths")
            var rows = 0
            _ = try DataReader.forEachBatch(path, options, batchRows: 7) { rows += $0.rowCount }
            precondition(rows == table.rowCount, "\(table.rowCount) rows at once, \(rows) in pieces")
        }
    }

    private static let profile = Subject(
        "profile", corpus: [profileBytes(rows: 0), profileBytes(rows: 40), profileBytes(rows: 5_000)],
        tokens: ["STWPROF1", "\u{1}\0\0\0"],
        repair: { bytes in
            guard bytes.count > 8 else { return }
            let end = bytes.count - 8
            let checksum = bytes.withUnsafeBytes { Hashing.xxh64(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
            for byte in 0..<8 { bytes[end + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(byte))) }
        },
        parse: { bytes, _ in
            let profile = try TableProfile(serialised: bytes)
            let again = try TableProfile(serialised: profile.serialised())
            precondition(again.serialised() == profile.serialised(), "a profile changed by writing and reading it")
            var merged = profile
            try merged.merge(again)
            _ = merged.serialised()
        })

    /// A small table with a column of every kind, profiled and stored.
    private static func profileBytes(rows: Int) -> [UInt8] {
        var random = SeededRandom(seed: 7)
        let numbers = (0..<rows).map { $0 % 11 == 0 ? Double.nan : random.uniform() * 1e6 }
        let indices = (0..<rows).map { Int32($0 % 5) - 1 }
        let words = StringColumn(indices: indices, dictionary: ["a", "bé", "", "long word"])
        let table = Table(
            columns: [
                Column(name: "x", kind: .num, values: .numbers(NumberColumn(values: numbers))),
                Column(name: "when", kind: .datetime, values: .numbers(NumberColumn(values: numbers))),
                Column(name: "word", kind: .cat, values: .strings(words)),
                Column(name: "note", kind: .text, values: .strings(words)),
            ], rowCount: rows)
        var profile = TableProfile.zero
        // A table made here cannot be refused.
        try? profile.update(table)
        return profile.serialised()
    }
}
