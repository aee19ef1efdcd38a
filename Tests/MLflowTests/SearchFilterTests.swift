import Core
import Foundation
import MLflow
import Testing

@Suite("Search filters")
struct SearchFilterTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let subject: SearchSubject
        let filter: String
        /// Nil if MLflow refuses the filter.
        let conditions: [JSON]?

        var testDescription: String { "\(subject): \(filter)" }
    }

    /// Made from MLflow itself by `Fixtures/search_filters.py`.
    private static func fixture() throws -> [Case] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/search-filters.jsonl")
        return try String(decoding: Data(contentsOf: file), as: UTF8.self).split(separator: "\n").map { line in
            let row = try JSONParser.parse(String(line))
            let subject = try #require(row["subject"]?.text.flatMap(SearchSubject.init(rawValue:)))
            return Case(
                subject: subject, filter: try #require(row["filter"]?.text), conditions: row["conditions"]?.elements)
        }
    }

    /// As in the fixture; whole doubles are written as integers there.
    private static func json(_ comparison: SearchComparison) -> JSON {
        let value: JSON =
            switch comparison.value {
            case nil: .null
            case .integer(let integer): .integer(integer)
            case .number(let number): Int64(exactly: number).map(JSON.integer) ?? .number(number)
            case .text(let text): .string(text)
            case .list(let texts): .array(texts.map(JSON.string))
            }
        let field = comparison.field
        return .array([
            .string(field.entity.rawValue), .string(field.key), .string(comparison.comparator.rawValue), value,
        ])
    }

    @Test("1,500 random filters are read and refused as by MLflow 3.18")
    func agreement() throws {
        let cases = try Self.fixture()
        #expect(cases.count == 1500 && cases.contains { $0.conditions == nil })
        for test in cases {
            if let conditions = test.conditions {
                let parsed = try SearchFilter.parse(test.filter, for: test.subject).map(Self.json)
                #expect(parsed == conditions, "\(test.testDescription)")
            } else {
                let failure = #expect(throws: Failure.self, "\(test.testDescription)") {
                    try SearchFilter.parse(test.filter, for: test.subject)
                }
                #expect(failure?.code == .invalid)
            }
        }
    }

    @Test("what is read otherwise than by MLflow, on purpose")
    func differences() throws {
        let accepted: [(SearchSubject, String, SearchComparison)] = [
            // MLflow's tokenizer takes these for something else.
            (.runs, "params.p IS  NOT\tNULL", .init(.init(.parameter, "p"), .isNotNull, nil)),
            (.runs, "metrics.m > 1e+16", .init(.init(.metric, "m"), .greater, .number(1e16))),
            (.runs, "metrics.m > +3", .init(.init(.metric, "m"), .greater, .number(3))),
            (.runs, "metrics.1 > 3", .init(.init(.metric, "1"), .greater, .number(3))),
            (.runs, "tags.in = 'x'", .init(.init(.tag, "in"), .equal, .text("x"))),
            (.traces, "timestamp > 0.5", .init(.init(.attribute, "timestamp_ms"), .greater, .number(0.5))),
            (.registeredModels, "`name` = 'x'", .init(.init(.attribute, "name"), .equal, .text("x"))),
            // MLflow leaves the quotes in.
            (.loggedModels, #"tags."a b" = "x""#, .init(.init(.tag, "a b"), .equal, .text("x"))),
            (.loggedModels, "metrics.'a b' > 1", .init(.init(.metric, "a b"), .greater, .number(1))),
            // MLflow fails on the column.
            (
                .loggedModels, "attributes.creation_timestamp > 5",
                .init(.init(.attribute, "creation_timestamp_ms"), .greater, .integer(5))
            ),
            // MLflow takes the tag for the trace's name.
            (.traces, "tags.name = 'x'", .init(.init(.tag, "name"), .equal, .text("x"))),
        ]
        for (subject, filter, expected) in accepted {
            #expect(try SearchFilter.parse(filter, for: subject) == [expected], "\(filter)")
        }
        let refused: [(SearchSubject, String)] = [
            // MLflow compares the numbers with any text, and any text with numbers.
            (.traces, "execution_time > 'soon'"), (.loggedModels, "metrics.m > inf"),
            (.loggedModels, "creation_timestamp != NaN"), (.loggedModels, "name IN ('a', 5)"),
            (.loggedModels, "name IN ()"),
            // Keys that come from nowhere.
            (.runs, "tags..a = 'x'"), (.runs, "tags.a .b = 'x'"), (.runs, "tags.a.`b` = 'x'"),
            // Neither regular expressions nor spans, assessments and texts of traces.
            (.traces, "tags.a RLIKE 'x'"), (.traces, "span.name = 'x'"), (.traces, "feedback.f = 'x'"),
            (.traces, "prompt = 'a/1'"),
        ]
        for (subject, filter) in refused {
            #expect(throws: Failure.self, "\(filter)") { try SearchFilter.parse(filter, for: subject) }
        }
    }

    @Test("values are typed by their field")
    func values() throws {
        func value(_ filter: String, _ subject: SearchSubject) throws -> SearchValue? {
            try SearchFilter.parse(filter, for: subject).first?.value
        }
        #expect(try value("metrics.m = 3", .runs) == .number(3))
        #expect(try value("start_time = 3", .runs) == .integer(3))
        #expect(try value("start_time = 3.5", .runs) == .number(3.5))
        #expect(try value("start_time < 99999999999999999999", .runs) == .number(1e20))
        #expect(try value("version_number = '7'", .modelVersions) == .integer(7))
        #expect(try value("params.p = 0.10", .loggedModels) == .text("0.10"))
        #expect(try value(#"params.p = "it's""#, .runs) == .text("it's"))
        #expect(try value(#"params.p = 'C:\data\'"#, .runs) == .text(#"C:\data\"#))
        #expect(try value(#"run_id IN ("a", 'b',)"#, .runs) == .list(["a", "b"]))
        #expect(try SearchFilter.parse("", for: .runs).isEmpty)
    }

    @Test("spellings become one name")
    func aliases() throws {
        func field(_ filter: String, _ subject: SearchSubject) throws -> SearchField? {
            try SearchFilter.parse(filter, for: subject).first?.field
        }
        for name in ["created", "Created", "start_time", "run.start_time", "attr.`created`"] {
            #expect(try field("\(name) > 1", .runs) == SearchField(.attribute, "start_time"))
        }
        for name in ["`Run Name`", "\"run name\"", "attributes.`Run name`", "run_name"] {
            #expect(try field("\(name) = 'x'", .runs) == SearchField(.attribute, "run_name"))
        }
        #expect(try field("run_id = 'x'", .traces) == SearchField(.metadata, "mlflow.sourceRun"))
    }

    @Test(
        "messages are MLflow's",
        arguments: [
            (SearchSubject.runs, "metrics.a > 1 OR metrics.b > 2", "Invalid clause(s) in filter string: 'OR'"),
            (.runs, "(metrics.a > 1)", "Invalid clause(s) in filter string: '(metrics.a > 1)'"),
            (.runs, "metrics.a > 1; metrics.b > 1", "Search filter contained multiple expression 'metrics.a > 1; "),
            (.runs, " ", "Invalid filter ' '. Could not be parsed."),
            (.runs, "5 = metrics.a", "Invalid comparison clause. Expected 'Identifier' found '5'"),
            (.runs, "tags.a-b = 'x'", "Invalid comparison clause. Expected 'Identifier' found 'tags.a-b'"),
            (.runs, "m.acc >= 0.94", "Invalid entity type 'm'. Valid values are ['metric', 'parameter', 'tag', "),
            (.runs, "acc >= 0.94", "Invalid attribute key 'acc' specified. Valid keys are '{'Created', "),
            (
                .runs, "dataset.x = 'a'",
                "Invalid dataset key 'x' specified. Valid keys are '{'context', 'digest', 'name'}'"
            ),
            (
                .modelVersions, "attributes.name = 'x'",
                "Invalid entity type 'attributes'. Valid entity types are ('attribute', 'tag', 'tags')"
            ),
            (.runs, "metrics.a = 'x'", "Expected numeric value type for metric. Found 'x'"),
            (.runs, "start_time = 'x'", "Expected numeric value type for numeric attribute: start_time. Found 'x'"),
            (.runs, "params.a = 5", "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 5"),
            (.runs, "params.a = x", "Parameter value is either not quoted or unidentified quote types used for string"),
            (.runs, "params.a > 'x'", "Invalid comparator '>' not one of '{'!=', '=', 'ILIKE', 'IS NOT NULL', "),
            (.runs, "status IN ('x')", "Only ['run_id'] attributes support comparison with a list of quoted string "),
            (.runs, "run_id IN ()", "While parsing a list in the query, expected a non-empty list of string values"),
            (.runs, "run_id IN (5)", "While parsing a list in the query, expected string value, punctuation"),
            (
                .runs, "metrics.a IS NULL",
                "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'a'"
            ),
            (.experiments, "params.a = 'x'", "Invalid entity type 'params'. Valid entity types are ('attribute', "),
            (
                .experiments, "name IS NULL",
                "IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'"
            ),
            (.experiments, "experiment_id = 'x'", "Invalid experiment ID 'x'. Experiment ID must be a valid integer."),
            (.experiments, "creation_time > 0.5", "Invalid value for numeric attribute 'creation_time': '0.5'"),
            (.registeredModels, "name > 'x'", "Invalid comparator for attribute: >"),
            (
                .registeredModels, "tags.a IS NULL",
                "IS NULL / IS NOT NULL is not supported for registered model search."
            ),
            (.modelVersions, "tags.a > 'x'", "Invalid comparator for tag: >"),
            (.modelVersions, "run_id = 5", "Only the '{'creation_timestamp', 'last_updated_timestamp', "),
            (.loggedModels, "metric.a > 1", "Invalid entity type: 'metric'. Expected one of ['attributes', "),
            (
                .loggedModels, "metrics.a LIKE 5",
                "Invalid comparison operator for metrics.a: 'LIKE'. Expected one of ('<', "
            ),
            (.loggedModels, "status = 'DONE'", "Unknown model status in filter: 'DONE'"),
        ] as [(SearchSubject, String, String)])
    func messages(subject: SearchSubject, filter: String, start: String) {
        let failure = #expect(throws: Failure.self) { try SearchFilter.parse(filter, for: subject) }
        #expect(failure?.code == .invalid)
        #expect(failure?.message.hasPrefix(start) == true, "\(failure?.message ?? "")")
    }

    @Test("the hint names the place")
    func place() {
        let failure = #expect(throws: Failure.self) {
            try SearchFilter.parse("tags.é = 'x' AND NOT tags.b = 'y'", for: .runs)
        }
        #expect(failure?.hint?.hasPrefix("At character 18.") == true)
    }

    @Test("filters are bounded, and a message stays short")
    func bounds() throws {
        let condition = "tags.a = 'x'"
        let most = Array(repeating: condition, count: SearchLimit.comparisons).joined(separator: " AND ")
        #expect(try SearchFilter.parse(most, for: .runs).count == SearchLimit.comparisons)
        let pattern = String(repeating: "a", count: SearchLimit.patternCharacters)
        #expect(throws: Never.self) { try SearchFilter.parse("tags.a LIKE '\(pattern)'", for: .runs) }
        let list = Array(repeating: "'a'", count: SearchLimit.listValues).joined(separator: ",")
        #expect(throws: Never.self) { try SearchFilter.parse("run_id IN (\(list))", for: .runs) }
        let beyond = [
            most + " AND " + condition, "tags.a LIKE '\(pattern)b'", "run_id IN (\(list),'a')",
            "tags.a = '\(String(repeating: "a", count: SearchLimit.filterBytes))'",
            String(repeating: "(", count: 100_000), "run_id IN " + String(repeating: "(", count: 100_000),
            "params.p = '" + String(repeating: "''", count: 50_000), String(repeating: "a.", count: 50_000),
        ]
        for filter in beyond {
            let failure = #expect(throws: Failure.self) { _ = try SearchFilter.parse(filter, for: .runs) }
            #expect((failure?.message.utf8.count ?? 0) < 1000)
        }
    }

    @Test("no text crashes the parser")
    func anything() {
        var random = Numbers(state: 3)
        let pieces = [
            "metrics", "tags", ".", "a", "`", "\"", "'", "\\", "(", ")", ",", ";", "=", "!=", "<", ">", "~", "-", "+",
            "5",
            ".5", "1e", "e5", " ", "\t", "AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "é", "\u{301}", "\u{0}",
            "\u{A0}",
            "run_id", "name", "timestamp", "😀", "/", "%", "--",
        ]
        for _ in 0..<20_000 {
            let filter = (0..<random.next() % 12).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
                .joined()
            for subject in SearchSubject.allCases {
                _ = try? SearchFilter.parse(filter, for: subject)
                _ = try? SearchOrdering.parse([filter], for: subject)
            }
        }
    }
}

/// Reproducible numbers (xorshift).
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
