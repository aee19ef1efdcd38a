import Core
import Registry
import Testing

@Suite("Sources of versions")
struct SourceTests {
    private func server(_ strictness: SourceCheck.Strictness) async throws -> TestRegistry {
        var settings = Registry.Settings()
        settings.sourceCheck = SourceCheck(strictness)
        let server = try TestRegistry(settings: settings)
        server.sources.addRun("run1", artifacts: "mlflow-artifacts:/1/run1/artifacts")
        server.sources.addRun("local", artifacts: "/data/1/local/artifacts")
        server.sources.addModel("m-1", artifacts: "mlflow-artifacts:/1/models/m-1/artifacts", run: "run1")
        await server.createModel("m")
        return server
    }

    private func register(
        _ server: TestRegistry, _ source: String, run: String? = nil, model: String? = nil, prompt: Bool = false
    ) async -> TestRegistry.Answer {
        await server.post(
            "model-versions/create",
            .record([
                "name": "m".json, "source": source.json, "run_id": .optional(run), "model_id": .optional(model),
                "tags": prompt ? TestRegistry.tags([("mlflow.prompt.is_prompt", "true")]) : .array([]),
            ]))
    }

    /// What was reported against MLflow, class by class, and what follows from it.
    private static let attacks = [
        // Files of the server.
        "/etc", "/etc/passwd", "//proc/self/root", "file:///etc", "file:/etc/passwd", "FILE:///etc",
        "file://localhost/etc/passwd", "file://host/etc", "./x", "../x", "x", "   ", "~/x",
        // Windows.
        "C:/Windows", "c:\\Windows", "\\\\host\\share", "file:///C:/Windows", "s3://b/a\\..\\..\\x", "s3:\\\\b\\x",
        // Out of the folder, in every encoding.
        "s3://b/../x", "s3://b/a/../../x", "s3://b/..", "s3://b/./x", "s3://b/%2e%2e/x", "s3://b/%252e%252e/x",
        "s3://b/%25252e%25252e/x", "s3://b/..%2fx", "s3://b/..%255c..%255cx", "s3://b/%2e%2e%00/x",
        "mlflow-artifacts:/1/run1/artifacts/../../x", "mlflow-artifacts:/1/run1/artifacts/%252e%252e/x",
        "runs:/../x", "runs:/run1/../../x", "models:/../x",
        // Query and fragment that become a path.
        "s3://b/x#/../../etc", "s3://b/x?/../../etc", "s3://b/x#f", "http://host/?/../../etc/passwd",
        "mlflow-artifacts:/1/run1/artifacts/x?y", "mlflow-artifacts:/1/run1/artifacts/x#y", "s3://b/x%23/../y",
        // Other hosts.
        "http://attacker.example/x", "https://attacker.example/x", "ftp://attacker.example/x", "hdfs://host/x",
        "abfss://c@attacker.example/x", "r2://b@attacker.example/x", "b2://b@attacker.example/x", "viewfs://host/x",
        "mlflow-artifacts://attacker.example/x", "runs://host/run1/x", "models://host/m/1",
        // No place at all.
        "runs:/", "s3:b", "s3://b", "bogus://x", "bogus://x/y", "javascript:/alert(1)", "data:/text", "models:/",
        "models:/m/1/2", "s3://b/a\nb", "s3://b/\u{7F}",
        // Layers of escapes without end.
        "s3://b/%" + String(repeating: "25", count: 40) + "2e",
    ]

    @Test("what was used against MLflow is refused with 400, with a run and without one", arguments: attacks)
    func refusedAttack(_ source: String) async throws {
        let server = try await server(.strict)
        for run in [nil, "run1", "local", "nobody"] {
            let answer = await register(server, source, run: run)
            #expect(answer.status == 400 || answer.status == 404, "\(run ?? "no run"): \(answer.json.text())")
            #expect(answer.errorCode == "INVALID_PARAMETER_VALUE" || answer.status == 404)
        }
        // Being a prompt is no excuse.
        #expect(await register(server, source, prompt: true).status == 400)
        #expect(await server.createVersion("m") == "1")
    }

    @Test(
        "what clients send is taken",
        arguments: [
            ("s3://bucket/model", nil, nil), ("s3://bucket/a b/ü", nil, nil), ("s3://bucket/x?versionId=1", nil, nil),
            ("dbfs:/x", nil, nil), ("gs://b/x%20y", "nobody", nil), ("s3://b/100%", nil, nil),
            ("abfs://c@a.dfs.core.windows.net/x", nil, nil), ("runs:/run1/model", "run1", nil),
            ("mlflow-artifacts:/1/run1/artifacts", "run1", nil),
            ("mlflow-artifacts:/1/run1/artifacts/a/b c", "run1", nil), ("/data/1/local/artifacts/model", "local", nil),
            ("file:///data/1/local/artifacts", "local", nil), ("models:/m-1", nil, "m-1"),
            ("mlflow-artifacts:/1/models/m-1/artifacts", nil, "m-1"),
        ] as [(String, String?, String?)])
    func ordinary(_ source: String, _ run: String?, _ model: String?) async throws {
        let server = try await server(.strict)
        let answer = await register(server, source, run: run, model: model)
        #expect(answer.status == 200, "\(answer.json.text())")
        #expect(answer.json["model_version"]?["source"]?.text == source)
    }

    private static let unidentified: [(String, String?, String?)] = [
        ("runs:/run1/model", nil, nil), ("runs:/run1/model", "local", nil), ("runs:/run1/model", nil, "m-1"),
        ("models:/m-1", nil, nil), ("models:/m-1", "run1", nil),
        ("mlflow-artifacts:/1/run1/artifacts/x", nil, nil), ("mlflow-artifacts:/1/run1/artifacts/x", "local", nil),
        ("mlflow-artifacts:/1/models/m-1/artifacts", nil, nil),
        ("mlflow-artifacts:/1/models/m-1/artifacts", "run1", nil),
    ]

    @Test("strict: what belongs to a run or logged model comes with it", arguments: unidentified)
    func strict(_ source: String, _ run: String?, _ model: String?) async throws {
        let server = try await server(.strict)
        let answer = await register(server, source, run: run, model: model)
        #expect(answer.status == 400)
        #expect(answer.message?.contains("must identify the resource that contains the source") == true)
    }

    @Test("compatible: MLflow 2 did not ask for that")
    func compatible() async throws {
        let server = try await server(.compatible)
        for (source, run, model) in Self.unidentified where model == nil {
            let answer = await register(server, source, run: run)
            #expect(answer.status == 200, "\(source): \(answer.json.text())")
        }
        #expect(await register(server, "https://host/model").status == 200)
        for source in ["/etc/passwd", "s3://b/%252e%252e/x", "http://h/x?/../../etc", "C:\\x", "runs:/run1/../x"] {
            #expect(await register(server, source).status == 400, "\(source)")
        }
        #expect(await register(server, "/etc", prompt: true).status == 400)
    }

    @Test("a path beside the artifacts of the run is not within them")
    func beside() async throws {
        let server = try await server(.strict)
        for source in ["/data/1/local/artifacts2/x", "/data/1/local", "/data/1/local/artifacts/../../../x"] {
            #expect(await register(server, source, run: "local").status == 400)
        }
        #expect(await register(server, "mlflow-artifacts:/1/run1/artifacts2", run: "run1").status == 400)
    }

    @Test("the references of models are followed, and refused when they lead nowhere")
    func references() async throws {
        let server = try await server(.strict)
        await server.createVersion("m", "s3://b/one", runID: "r")
        await server.transition("m", "1", "Production")
        for source in ["models:/m/1", "models:/m/Production", "models:/m/production", "models:/m/latest"] {
            let answer = await register(server, source)
            #expect(answer.status == 200, "\(source): \(answer.json.text())")
            #expect(answer.json["model_version"]?["run_id"]?.text == "r")
        }
        for (source, status) in [
            ("models:/nobody/1", 404), ("models:/m/99", 404), ("models:/m@nobody", 400), ("models:/m/Staging", 404),
            ("models:/m/Nope", 400),
        ] {
            #expect(await register(server, source).status == status, "\(source)")
        }
        // A copy may not claim another origin.
        #expect(await register(server, "models:/m/1", run: "other").status == 400)
    }
}
