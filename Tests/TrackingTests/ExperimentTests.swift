import Core
import Testing
import Tracking

@Suite("Experiments over MLflow's protocol", .everyDatabase)
struct ExperimentTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    @Test("there is an experiment 0, called Default")
    func theDefault() async throws {
        try expectJSON(
            await server.get("experiments/get?experiment_id=0"),
            """
            {"experiment":{"experiment_id":"0","name":"Default","artifact_location":"mlflow-artifacts:/0",
            "lifecycle_stage":"active","last_update_time":1600000000000,"creation_time":1600000000000,
            "workspace":"default"}}
            """)
    }

    @Test("create, read by identifier and by name")
    func createAndGet() async throws {
        let created = await server.post(
            "experiments/create", #"{"name":"a","tags":[{"key":"k","value":"v"}],"artifactLocation":"s3://bucket/p"}"#)
        try expectJSON(created, #"{"experiment_id":"1"}"#)
        let expected = """
            {"experiment":{"experiment_id":"1","name":"a","artifact_location":"s3://bucket/p","lifecycle_stage":"active",
            "last_update_time":1700000000001,"creation_time":1700000000001,"tags":[{"key":"k","value":"v"}],
            "workspace":"default"}}
            """
        try expectJSON(await server.get("experiments/get?experiment_id=01"), expected)
        try expectJSON(await server.get("experiments/get-by-name?experiment_name=a"), expected)
        try expectJSON(
            await server.send("GET", "/ajax-api/2.0/mlflow/experiments/get?experiment_id=%201%20", nil), expected)
        try expectJSON(await server.send("GET", "/api/2.0/mlflow/experiments/get", #"{"experiment_id":"1"}"#), expected)
        #expect(server.events.kinds == ["tracking.experiment-created"])
        #expect(server.events.subjects == ["experiment/1"])
    }

    @Test("refusals in MLflow's words")
    func refusals() async throws {
        let create = "experiments/create"
        expectError(
            await server.post(create, "{}"), 400, "INVALID_PARAMETER_VALUE",
            "Missing value for required parameter 'name'. §")
        expectError(
            await server.post(create, #"{"name":"  "}"#), 400, "INVALID_PARAMETER_VALUE",
            "Invalid experiment name: '  '")
        expectError(
            await server.post(create, #"{"name":"Default"}"#), 400, "RESOURCE_ALREADY_EXISTS",
            "Experiment(name=Default) already exists.")
        expectError(
            await server.post(create, #"{"name":"\#(String(repeating: "n", count: 501))"}"#), 400,
            "INVALID_PARAMETER_VALUE", "'name' exceeds the maximum length of 500 characters")
        expectError(
            await server.get("experiments/get-by-name?experiment_name=nope"), 404, "RESOURCE_DOES_NOT_EXIST",
            "Could not find experiment with name 'nope'")
        expectError(
            await server.get("experiments/get?experiment_id=abc"), 400, "INVALID_PARAMETER_VALUE",
            "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
        for missing in ["77", "-1", "99999999999999999999999"] {
            expectError(
                await server.get("experiments/get?experiment_id=\(missing)"), 404, "RESOURCE_DOES_NOT_EXIST",
                "No Experiment with id=\(missing) exists")
        }
        #expect(server.events.kinds.isEmpty)
    }

    @Test(
        "locations that lead elsewhere are refused",
        arguments: [
            "s3://b/p#f", "s3://b/p?x=1", "http://h/x", "ftp://h/x", "file:///etc", "/etc", "../x", "s3://b/../p",
            "s3://b/p%2e%2e/..", "s3://b/%252e%252e/x", "mlflow-artifacts://h/x", "runs:/a/b", "C:/x", "bogus://x", "x",
            "s3://b/a\\\\b", "mlflow-artifacts:x", "hdfs://h:8020/p", "abfss://c@a.dfs.core.windows.net/p",
            "r2://b@h/p",
        ])
    func refusedLocations(_ location: String) async {
        let answer = await server.post("experiments/create", #"{"name":"l","artifact_location":"\#(location)"}"#)
        #expect(answer.status == 400)
        #expect(answer.errorCode == "INVALID_PARAMETER_VALUE")
    }

    @Test(
        "locations that clients open themselves are kept",
        arguments: [
            "s3://b/p", "gs://b/p", "abfs://c@h/p", "dbfs:/x", "mlflow-artifacts:/x", "s3://b/a b", "s3://b/a..b/c",
        ])
    func acceptedLocations(_ location: String) async {
        let answer = await server.post("experiments/create", #"{"name":"l","artifact_location":"\#(location)"}"#)
        #expect(answer.status == 200)
        let stored = await server.get("experiments/get?experiment_id=1")
        #expect(stored.json["experiment"]?["artifact_location"]?.text == location)
    }

    @Test("schemes that name a host, or are unknown, are taken where the server is told so")
    func furtherSchemes() throws {
        for location in ["hdfs://h:8020/p", "abfss://c@a.dfs.core.windows.net/p", "vast://x"] {
            let scheme = String(location.prefix { $0 != ":" })
            try ArtifactLocation.check(location, furtherSchemes: [scheme])
            let failure = #expect(throws: Failure.self) {
                try ArtifactLocation.check(location, furtherSchemes: ["other"])
            }
            #expect(failure?.message.contains("cannot use the '\(scheme)' scheme") == true)
        }
        #expect(throws: Failure.self) { try ArtifactLocation.check("file:///etc", furtherSchemes: ["file"]) }
        #expect(throws: Failure.self) { try ArtifactLocation.check("hdfs://h/../p", furtherSchemes: ["hdfs"]) }
    }

    @Test("rename, delete with the runs, restore with the runs")
    func lifecycle() async throws {
        let id = await server.experiment("a")
        _ = await server.experiment("b")
        let run = await server.run(id)
        let alreadyDeleted = await server.run(id)
        #expect(await server.post("runs/delete", #"{"run_id":"\#(alreadyDeleted)"}"#).status == 200)
        expectError(
            await server.post("experiments/update", #"{"experiment_id":"\#(id)","new_name":"b"}"#), 400,
            "RESOURCE_ALREADY_EXISTS", "Experiment(name=b) already exists.")
        try expectJSON(await server.post("experiments/update", #"{"experiment_id":"\#(id)","new_name":"c"}"#), "{}")
        try expectJSON(await server.post("experiments/delete", #"{"experiment_id":"\#(id)"}"#), "{}")
        expectError(
            await server.post("experiments/delete", #"{"experiment_id":"\#(id)"}"#), 404, "RESOURCE_DOES_NOT_EXIST",
            "No Experiment with id=\(id) exists")
        #expect(
            await server.get("runs/get?run_id=\(run)").json["run"]?["info"]?["lifecycle_stage"]?.text == "deleted")
        let refused = "The experiment \(id) must be in the 'active' state. Current state is deleted."
        for (path, body) in [
            ("experiments/set-experiment-tag", #"{"experiment_id":"\#(id)","key":"k","value":"v"}"#),
            ("experiments/delete-experiment-tag", #"{"experiment_id":"\#(id)","key":"k"}"#),
            ("runs/create", #"{"experiment_id":"\#(id)"}"#),
        ] { expectError(await server.post(path, body), 400, "INVALID_PARAMETER_VALUE", refused) }
        expectError(
            await server.post("experiments/update", #"{"experiment_id":"\#(id)","new_name":"d"}"#), 400,
            "INVALID_PARAMETER_VALUE", "Cannot rename a non-active experiment.")
        expectError(
            await server.post("experiments/create", #"{"name":"c"}"#), 400, "RESOURCE_ALREADY_EXISTS",
            "Experiment(name=c) already exists.")
        try expectJSON(await server.post("experiments/restore", #"{"experiment_id":"\#(id)"}"#), "{}")
        expectError(
            await server.post("experiments/restore", #"{"experiment_id":"\#(id)"}"#), 404, "RESOURCE_DOES_NOT_EXIST",
            "No Experiment with id=\(id) exists")
        for run in [run, alreadyDeleted] {
            #expect(
                await server.get("runs/get?run_id=\(run)").json["run"]?["info"]?["lifecycle_stage"]?.text == "active")
        }
        #expect(
            server.events.kinds == [
                "tracking.experiment-created", "tracking.experiment-created", "tracking.run-deleted",
                "tracking.experiment-renamed", "tracking.experiment-deleted", "tracking.experiment-restored",
            ])
    }

    @Test("tags: set, overwrite, delete; what is no name is refused")
    func tags() async throws {
        let id = await server.experiment("a")
        let set = "experiments/set-experiment-tag"
        for value in ["v", "", "w"] {
            try expectJSON(
                await server.post(set, #"{"experiment_id":"\#(id)","key":"k","value":"\#(value)"}"#), "{}")
        }
        let experiment = await server.get("experiments/get?experiment_id=\(id)").json["experiment"]
        #expect(experiment?["tags"] == .array([.record(["key": .string("k"), "value": .string("w")])]))
        expectError(
            await server.post(set, #"{"experiment_id":"\#(id)","key":"a//b","value":"v"}"#), 400,
            "INVALID_PARAMETER_VALUE", #"Invalid value "a//b" for parameter 'key' supplied: Names may be treated"#)
        expectError(
            await server.post(
                set, #"{"experiment_id":"\#(id)","key":"k","value":"\#(String(repeating: "v", count: 20_001))"}"#),
            400, "INVALID_PARAMETER_VALUE", "'value' exceeds the maximum length of 20000 characters")
        let delete = "experiments/delete-experiment-tag"
        try expectJSON(await server.post(delete, #"{"experiment_id":"\#(id)","key":"k"}"#), "{}")
        expectError(
            await server.post(delete, #"{"experiment_id":"\#(id)","key":"k"}"#), 404, "RESOURCE_DOES_NOT_EXIST",
            "No tag with name: k in experiment with id \(id)")
    }

    @Test("search: filters, order, pages")
    func search() async throws {
        for name in ["sa", "sb", "Sc"] { _ = await server.experiment(name) }
        for (id, team) in [("1", "A"), ("2", "B")] {
            _ = await server.post(
                "experiments/set-experiment-tag", #"{"experiment_id":"\#(id)","key":"team","value":"\#(team)"}"#)
        }
        for (filter, expected) in [
            ("", ["Sc", "sb", "sa", "Default"]), ("name ILIKE 's_'", ["Sc", "sb", "sa"]),
            ("name LIKE 's_'", ["sb", "sa"]),
            ("tags.team != 'A'", ["sb"]), ("tags.team IS NULL", ["Sc", "Default"]), ("tags.`team` = 'A'", ["sa"]),
            ("experiment_id IN ('0','2')", ["sb", "Default"]), ("experiment_id != '0' AND name != 'sa'", ["Sc", "sb"]),
            ("creation_time > 1600000000000 AND name = 'sa'", ["sa"]),
        ] {
            #expect(await names(#"{"max_results":10,"filter":"\#(filter)"}"#).names == expected, "\(filter)")
        }
        for (order, expected) in [
            (#""name""#, ["Default", "Sc", "sa", "sb"]), (#""name DESC""#, ["sb", "sa", "Sc", "Default"]),
            (#""creation_time","name""#, ["Default", "sa", "sb", "Sc"]),
        ] {
            #expect(await names(#"{"max_results":10,"order_by":[\#(order)]}"#).names == expected, "\(order)")
        }
        var found: [String] = []
        var token: String? = ""
        while let from = token {
            let page = await names(#"{"max_results":3,"page_token":"\#(from)"}"#)
            found += page.names
            token = page.token
        }
        #expect(found == ["Sc", "sb", "sa", "Default"])
        expectError(
            await server.post("experiments/search", "{}"), 400, "INVALID_PARAMETER_VALUE",
            "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer")
        expectError(
            await server.post("experiments/search", #"{"max_results":1,"page_token":"zzz"}"#), 400,
            "INVALID_PARAMETER_VALUE", "Invalid page token, could not base64-decode")
        _ = await server.post("experiments/delete", #"{"experiment_id":"1"}"#)
        #expect(await names(#"{"max_results":10,"view_type":"DELETED_ONLY"}"#).names == ["sa"])
        #expect(await names(#"{"max_results":10,"view_type":3}"#).names.count == 4)
    }

    private func names(_ body: String) async -> (names: [String], token: String?) {
        let answer = await server.post("experiments/search", body)
        #expect(answer.status == 200, "\(answer.message ?? "")")
        return (
            (answer.json["experiments"]?.elements ?? []).compactMap { $0["name"]?.text },
            answer.json["next_page_token"]?.text
        )
    }
}
