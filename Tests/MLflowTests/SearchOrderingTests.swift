import Core
import MLflow
import Testing

@Suite("Search orderings")
struct SearchOrderingTests {
    private func ordering(_ entity: SearchField.Entity, _ key: String, _ ascending: Bool = true) -> SearchOrdering {
        SearchOrdering(SearchField(entity, key), ascending: ascending)
    }

    @Test("fields and directions")
    func fields() throws {
        let runs = [
            "metrics.loss DESC", "metric.`a b` asc", "params.\"a b\"", "tags.mlflow.runName\tdesc", "Created",
            "end_time  Desc",
        ]
        #expect(
            try SearchOrdering.parse(runs, for: .runs) == [
                ordering(.metric, "loss", false), ordering(.metric, "a b"), ordering(.parameter, "a b"),
                ordering(.tag, "mlflow.runName", false), ordering(.attribute, "start_time"),
                ordering(.attribute, "end_time", false),
            ])
        #expect(
            try SearchOrdering.parse(["creation_time DESC", "attribute.experiment_id"], for: .experiments)
                == [ordering(.attribute, "creation_time", false), ordering(.attribute, "experiment_id")])
        #expect(
            try SearchOrdering.parse(["timestamp DESC", "name"], for: .registeredModels)
                == [ordering(.attribute, "last_updated_timestamp", false), ordering(.attribute, "name")])
        #expect(
            try SearchOrdering.parse(["version_number DESC"], for: .modelVersions)
                == [ordering(.attribute, "version_number", false)])
        #expect(
            try SearchOrdering.parse(["timestamp", "name desc", "metadata.a"], for: .traces)
                == [
                    ordering(.attribute, "timestamp_ms"), ordering(.tag, "mlflow.traceName", false),
                    ordering(.metadata, "a"),
                ])
    }

    @Test("logged models: the direction beside the field")
    func loggedModels() throws {
        let parsed = try SearchOrdering.parseLoggedModels([
            ("metrics.val/loss.x", false), ("creation_time", true), ("name", true),
        ])
        #expect(
            parsed == [
                ordering(.metric, "val/loss.x", false), ordering(.attribute, "creation_timestamp_ms"),
                ordering(.attribute, "name"),
            ])
        for (name, message) in [
            ("foo", "Invalid order by field name: foo"),
            ("params.a", "Invalid order by field name: params.a. Only metrics are supported."),
        ] {
            let failure = #expect(throws: Failure.self) { try SearchOrdering.parseLoggedModels([(name, true)]) }
            #expect(failure?.message == message)
        }
    }

    @Test(
        "messages are MLflow's",
        arguments: [
            (SearchSubject.runs, "", "Invalid order_by clause ''. Could not be parsed."),
            (.runs, "metrics.a DESC, metrics.b", "Invalid order_by clause 'metrics.a DESC, metrics.b'. Could not"),
            (.runs, "metrics.a ASC ASC", "Invalid order_by clause 'metrics.a ASC ASC'. Could not be parsed."),
            (.runs, "metrics.a NULLS LAST", "Invalid order_by clause 'metrics.a NULLS LAST'. Could not be parsed."),
            (.runs, "metrics.a-b", "Invalid order_by clause 'metrics.a-b'. Could not be parsed."),
            (.runs, "metrics.a foo", "Invalid ordering key in order_by clause 'metrics.a foo'."),
            (.runs, "foo", "Invalid attribute key 'foo' specified. Valid keys are '{'Created', 'artifact_uri', "),
            (.runs, "`Run Name`", "Invalid attribute key 'Run Name' specified."),
            (.runs, "foo.a", "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', "),
            (.experiments, "tags.a", "Invalid order_by entity: tag"),
            (.registeredModels, "foo", "Invalid order by key 'foo' specified. Valid keys are '{'name', 'timestamp'}'"),
            (.modelVersions, "run_id", "Invalid attribute key 'run_id' specified."),
        ])
    func messages(subject: SearchSubject, clause: String, start: String) {
        let failure = #expect(throws: Failure.self) { try SearchOrdering.parse([clause], for: subject) }
        #expect(failure?.code == .invalid)
        #expect(failure?.message.hasPrefix(start) == true, "\(failure?.message ?? "")")
    }

    @Test("a field is named once, whatever its spelling; orderings are bounded")
    func duplicates() throws {
        let failure = #expect(throws: Failure.self) {
            try SearchOrdering.parse(["created", "metrics.a", "start_time DESC"], for: .runs)
        }
        #expect(
            failure?.message == "`order_by` contains duplicate fields: ['created', 'metrics.a', 'start_time DESC']")
        let many = (0...SearchLimit.orderings).map { "metrics.m\($0)" }
        #expect(throws: Never.self) { try SearchOrdering.parse(Array(many.dropLast()), for: .runs) }
        #expect(throws: Failure.self) { try SearchOrdering.parse(many, for: .runs) }
        let long = "metrics." + String(repeating: "a", count: SearchLimit.orderingBytes)
        #expect(throws: Failure.self) { try SearchOrdering.parse([long], for: .runs) }
    }
}
