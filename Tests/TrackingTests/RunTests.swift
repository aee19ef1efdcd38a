import Core
import Testing

@Suite("Runs over MLflow's protocol", .everyDatabase)
struct RunTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    @Test("create answers the run, get repeats it")
    func createAndGet() async throws {
        let created = await server.post(
            "runs/create",
            #"{"experiment_id":"0","user_id":"bob","run_name":"first","start_time":"1e3","tags":[{"key":"t","value":"v"}]}"#
        )
        let id = try #require(created.json["run"]?["info"]?["run_id"]?.text)
        #expect(id.utf8.count == 32)
        let info = """
            {"run_uuid":"\(id)","run_id":"\(id)","experiment_id":"0","run_name":"first","user_id":"bob",
            "status":"RUNNING","start_time":1000,"artifact_uri":"mlflow-artifacts:/0/\(id)/artifacts",
            "lifecycle_stage":"active"}
            """
        let tags = [#"{"key":"t","value":"v"}"#, #"{"key":"mlflow.runName","value":"first"}"#]
        let given = tags.joined(separator: ",")
        try expectJSON(created, #"{"run":{"info":\#(info),"data":{"tags":[\#(given)]},"inputs":{}}}"#)
        // Read again, tags come in the order in which their keys first came.
        let stored = tags.reversed().joined(separator: ",")
        for name in ["run_id", "run_uuid"] {
            try expectJSON(
                await server.get("runs/get?\(name)=\(id)"),
                #"{"run":{"info":\#(info),"data":{"tags":[\#(stored)]},"inputs":{},"outputs":{}}}"#)
        }
    }

    @Test("names: given, from the tag, made up, or in conflict")
    func names() async throws {
        let fromTag = await server.post("runs/create", #"{"tags":[{"key":"mlflow.runName","value":"fromtag"}]}"#)
        #expect(fromTag.json["run"]?["info"]?["run_name"]?.text == "fromtag")
        for body in ["{}", #"{"run_name":""}"#] {
            let info = await server.post("runs/create", body).json["run"]?["info"]
            let parts = try #require(info?["run_name"]?.text).split(separator: "-")
            #expect(parts.count == 3 && Int(parts[2]) != nil)
        }
        #expect(
            await server.post("runs/create", #"{"run_name":"   "}"#).json["run"]?["info"]?["run_name"]?.text == "   ")
        expectError(
            await server.post("runs/create", #"{"run_name":"a","tags":[{"key":"mlflow.runName","value":"b"}]}"#), 400,
            "INVALID_PARAMETER_VALUE",
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                + "(run_name='a', mlflow.runName='b').")
        expectError(
            await server.post("runs/create", #"{"experiment_id":"9999"}"#), 404, "RESOURCE_DOES_NOT_EXIST",
            "No Experiment with id=9999 exists")
        #expect(
            await server.post("runs/create", #"{"tags":[{"key":"a","value":"1"},{"key":"a","value":"2"}]}"#).status
                == 400)
    }

    @Test("update changes what is given and nothing else")
    func update() async throws {
        let id = await server.run(name: "first")
        func info(_ body: String) async -> JSON? {
            await server.post("runs/update", #"{"run_id":"\#(id)"\#(body)}"#).json["run_info"]
        }
        let finished = await info(#","status":"FINISHED","end_time":2000"#)
        #expect(finished?["status"]?.text == "FINISHED" && finished?["end_time"]?.int == 2000)
        let renamed = await info(#","run_name":"renamed""#)
        #expect(renamed?["run_name"]?.text == "renamed" && renamed?["status"]?.text == "FINISHED")
        #expect(await info(#","run_name":"""#) == renamed)
        #expect(await info(#","status":"NOPE""#) == nil)
        #expect(await info(#","status":4"#)?["status"]?.text == "FAILED")
        #expect(await info(#","end_time":0"#)?["end_time"] == nil)
        let tags = await server.get("runs/get?run_id=\(id)").json["run"]?["data"]?["tags"]
        #expect(tags == .array([.record(["key": .string("mlflow.runName"), "value": .string("renamed")])]))
        expectError(
            await server.post("runs/update", #"{"run_id":"\#(id)","status":99}"#), 400, "INVALID_PARAMETER_VALUE",
            "Invalid value 99 for parameter 'status' supplied:  Hint: Value was of type 'int'. §")
        #expect(server.events.kinds == ["tracking.run-finished", "tracking.run-finished"])
    }

    @Test("a deleted run refuses everything that writes, until it is restored")
    func deletion() async throws {
        let id = await server.run()
        for path in ["runs/delete", "runs/delete"] {
            try expectJSON(await server.post(path, #"{"run_id":"\#(id)"}"#), "{}")
        }
        for (path, rest) in [
            ("runs/log-metric", #","key":"m","value":1,"timestamp":1"#),
            ("runs/log-parameter", #","key":"m","value":"1""#),
            ("runs/set-tag", #","key":"m","value":"1""#), ("runs/delete-tag", #","key":"mlflow.runName""#),
            ("runs/log-batch", #","metrics":[]"#), ("runs/update", #","status":"FINISHED""#),
        ] {
            expectError(
                await server.post(path, #"{"run_id":"\#(id)"\#(rest)}"#), 400, "INVALID_PARAMETER_VALUE",
                "The run \(id) must be in the 'active' state. Current state is deleted.")
        }
        #expect(await server.get("runs/get?run_id=\(id)").status == 200)
        for path in ["runs/restore", "runs/restore"] {
            try expectJSON(await server.post(path, #"{"run_id":"\#(id)"}"#), "{}")
        }
        #expect(await server.post("runs/set-tag", #"{"run_id":"\#(id)","key":"m","value":"1"}"#).status == 200)
        #expect(server.events.kinds == ["tracking.run-deleted", "tracking.run-restored"])
        for (path, rest) in [
            ("runs/delete", ""), ("runs/restore", ""), ("runs/log-metric", #","key":"m","value":1,"timestamp":1"#),
            ("runs/log-batch", ""),
        ] {
            expectError(
                await server.post(path, #"{"run_id":"00"\#(rest)}"#), 404, "RESOURCE_DOES_NOT_EXIST",
                "Run with id=00 not found")
        }
    }
}
