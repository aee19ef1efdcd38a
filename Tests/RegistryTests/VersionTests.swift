import Core
import Platform
import Registry
import TestSupport
import Testing

@Suite("Model versions")
struct VersionTests {
    @Test("fifty registrations at once get fifty numbers", arguments: Backend.available)
    func concurrentNumbers(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        let numbers = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { await server.createVersion("m") } }
            return await group.reduce(into: [String]()) { $0.append($1 ?? "none") }
        }
        #expect(Set(numbers) == Set((1...50).map(String.init)))
    }

    @Test("a file of a version is asked for where the version's files are", arguments: Backend.available)
    func files(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        server.sources.addRun("r1", artifacts: "mlflow-artifacts:/1/r1/artifacts")
        await server.createModel("m")
        await server.createVersion("m", "mlflow-artifacts:/1/r1/artifacts/model", runID: "r1")
        await server.createVersion("m", "runs:/r1/a b/c", runID: "r1")
        await server.createVersion("m", "models:/m/2")
        func place(_ query: String) async -> String {
            let answer = await server.send("GET", "/model-versions/get-artifact", query: query)
            return answer.status == 200 ? String(decoding: answer.bytes, as: UTF8.self) : String(answer.status)
        }
        #expect(
            await place("name=m&version=1&path=MLmodel") == "MLmodel below mlflow-artifacts:/1/r1/artifacts/model")
        #expect(await place("name=m&version=2&path=x") == "x below mlflow-artifacts:/1/r1/artifacts/a b/c")
        #expect(await place("name=m&version=3&path=x") == "x below mlflow-artifacts:/1/r1/artifacts/a b/c")
        for (query, status) in [
            ("name=m&version=9&path=x", "404"), ("name=m&path=x", "400"), ("name=m&version=1", "400"),
        ] {
            #expect(await place(query) == status)
        }
    }

    @Test(
        "names of folders are asked for as they are",
        arguments: ["epoch=3-step=100", "a+b", "modèle", "model(1)", "50%"])
    func folderNames(_ name: String) async throws {
        let server = try TestRegistry()
        server.sources.addRun("r1", artifacts: "mlflow-artifacts:/1/r1/artifacts")
        await server.createModel("m")
        await server.createVersion("m", "runs:/r1/\(name)", runID: "r1")
        let answer = await server.send("GET", "/model-versions/get-artifact", query: "name=m&version=1&path=x")
        #expect(String(decoding: answer.bytes, as: UTF8.self) == "x below mlflow-artifacts:/1/r1/artifacts/\(name)")
    }

    @Test("tags and aliases of some versions among many are theirs", arguments: Backend.available)
    func tagsOfSome(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        for model in ["a", "b"] {
            await server.createModel(model)
            for number in 1...20 { await server.createVersion(model, tags: [("n", "\(model)\(number)")]) }
            await server.transition(model, "3", "Archived")
            await server.setAlias(model, "x", "3")
            await server.setAlias(model, "y", "7")
        }
        let got = await server.get("registered-models/get", ["name": "a"])
        let latest = got.json["registered_model"]?["latest_versions"]?.elements ?? []
        #expect(Set(latest.compactMap { $0["tags"]?.elements?.first?["value"]?.text }) == ["a3", "a20"])
        #expect(latest.first { $0["version"]?.text == "3" }?["aliases"]?.elements == ["x".json])
        let searched = await server.get("model-versions/search", ["max_results": "1000"])
        let versions = searched.json["model_versions"]?.elements ?? []
        #expect(versions.count == 40)
        for version in versions {
            let label = (version["name"]?.text ?? "") + (version["version"]?.text ?? "")
            #expect(version["tags"]?.elements?.map { $0["value"]?.text } == [label])
        }
        let found = await server.get("model-versions/search", ["filter": "tags.n = 'b7'"])
        #expect(found.json["model_versions"]?.elements?.first?["aliases"]?.elements == ["y".json])
    }

    @Test("identifiers that name what a version is made of are bounded", arguments: ["run_id", "model_id"])
    func longIdentifiers(_ field: String) async throws {
        let server = try TestRegistry()
        await server.createModel("m")
        let answer = await server.post(
            "model-versions/create",
            .object([
                JSON.Member("name", "m".json), JSON.Member("source", "s3://b/m".json),
                JSON.Member(field, String(repeating: "x", count: 3000).json),
            ]))
        #expect(answer.status == 400 && answer.message?.contains("maximum length") == true)
    }

    @Test(
        "what a version is made of, and where its files are, is in use until the version goes",
        arguments: Backend.available)
    func uses(_ backend: Backend) async throws {
        let server = try TestRegistry(backend, settings: .compatible)
        for id in ["r1", "r2", "r3", "r4"] {
            server.sources.addRun(id, artifacts: "mlflow-artifacts:/1/\(id)/artifacts")
        }
        server.sources.addModel("m-1", artifacts: "mlflow-artifacts:/1/models/m-1/artifacts", run: nil)
        await server.createModel("fraud")
        // Each says in its own way where the files are.
        await server.createVersion("fraud", "s3://bucket/model", runID: "r1")
        await server.createVersion("fraud", "runs:/r2/model")
        await server.createVersion("fraud", "mlflow-artifacts:/1/%723/artifacts/model")
        await server.createVersion("fraud", "models:/m-1")
        await server.createModel("copy")
        await server.createVersion("copy", "models:/fraud/2")
        func uses(_ kind: ArtifactSource.Kind, _ place: String) async throws -> [String] {
            let source = ArtifactSource(kind, artifactURI: "mlflow-artifacts:/1/\(place)/artifacts")
            return try await server.services.database.read { try Registry.artifactUses.uses(of: source, limit: 9, $0) }
        }
        #expect(try await uses(.run("r1"), "r1") == ["fraud/1"])
        #expect(try await uses(.run("r2"), "r2") == ["fraud/2", "copy/1"])
        #expect(try await uses(.run("r3"), "r3") == ["fraud/3"])
        #expect(try await uses(.run("r4"), "r4") == [])
        #expect(try await uses(.run("r"), "r") == [], "a name that is only the beginning of another")
        #expect(try await uses(.loggedModel("m-1"), "models/m-1") == ["fraud/4"])
        _ = await server.delete("model-versions/delete", .record(["name": "fraud".json, "version": "2".json]))
        _ = await server.delete("registered-models/delete", .record(["name": "copy".json]))
        #expect(try await uses(.run("r2"), "r2") == [])
    }

    @Test(
        "two servers over one PostgreSQL number the versions of one model together",
        .enabled(if: TestPostgres.isInstalled, "PostgreSQL is not installed; see Scripts/setup.sh"))
    func twoServers() async throws {
        let first = try TestRegistry(.postgresql)
        let second = try TestRegistry(sharing: first)
        await first.createModel("m")
        let numbers = await withTaskGroup(of: String?.self) { group in
            for index in 0..<60 {
                let server = index.isMultiple(of: 2) ? first : second
                group.addTask { await server.createVersion("m") }
            }
            return await group.reduce(into: [String]()) { $0.append($1 ?? "none") }
        }
        #expect(Set(numbers) == Set((1...60).map(String.init)))
        // Whoever moves a version sees what the other has moved.
        await withTaskGroup(of: Void.self) { group in
            for number in 1...20 {
                let server = number.isMultiple(of: 2) ? first : second
                group.addTask { await server.transition("m", String(number), "Production", archive: true) }
            }
        }
        let latest = await first.post(
            "registered-models/get-latest-versions", .record(["name": "m".json, "stages": .array(["Production".json])]))
        let stages = await first.native("models/m/stages").json["periods"]?.elements ?? []
        let production = stages.filter { $0["stage"]?.text == "Production" && $0["until"] == .null }
        #expect(latest.json["model_versions"]?.elements?.count == 1)
        #expect(production.count == 1, "each transition archived all others")
    }

    @Test(
        "a number is not given out again: not after the deletion of any version, nor of all",
        arguments: Backend.available)
    func numbersAreNotReused(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        for number in 1...3 { #expect(await server.createVersion("m") == String(number)) }
        for number in ["3", "1", "2"] {
            let answer = await server.delete(
                "model-versions/delete", .record(["name": "m".json, "version": number.json]))
            #expect(answer.status == 200)
        }
        #expect(await server.createVersion("m") == "4")
        // A model of the same name is another model.
        #expect(await server.delete("registered-models/delete", .record(["name": "m".json])).status == 200)
        await server.createModel("m")
        #expect(await server.createVersion("m") == "1")
    }

    @Test("a version that is refused uses up no number and leaves no event", arguments: Backend.available)
    func refusedVersions(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        let before = try await server.events().count
        let answer = await server.post(
            "model-versions/create", .record(["name": "m".json, "source": "/etc/passwd".json]))
        #expect(answer.status == 400)
        #expect(try await server.events().count == before)
        #expect(await server.createVersion("m") == "1")
    }

    @Test(
        "a version of a logged model takes its location and run, and the logged model is told",
        arguments: Backend.available)
    func loggedModel(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        server.sources.addModel("m-1", artifacts: "mlflow-artifacts:/1/models/m-1/artifacts", run: "r1")
        await server.createModel("m")
        let answer = await server.post(
            "model-versions/create",
            .record(["name": "m".json, "source": "models:/m-1".json, "model_id": "m-1".json]))
        #expect(answer.json["model_version"]?["run_id"]?.text == "r1")
        #expect(answer.json["model_version"]?["source"]?.text == "models:/m-1")
        #expect(server.sources.noted == ["m/1 of m-1"])
        let uri = await server.get("model-versions/get-download-uri", ["name": "m", "version": "1"])
        #expect(uri.json["artifact_uri"]?.text == "mlflow-artifacts:/1/models/m-1/artifacts")
        // A copy by alias has the same files.
        await server.setAlias("m", "champion", "1")
        await server.createModel("copy")
        let copy = await server.post(
            "model-versions/create", .record(["name": "copy".json, "source": "models:/m@champion".json]))
        #expect(copy.json["model_version"]?["source"]?.text == "models:/m/1")
        #expect(copy.json["model_version"]?["run_id"]?.text == "r1")
        let place = await server.get("model-versions/get-download-uri", ["name": "copy", "version": "1"])
        #expect(place.json["artifact_uri"] == uri.json["artifact_uri"])
    }
}

extension Registry.Settings {
    fileprivate static var compatible: Self {
        var settings = Self()
        settings.sourceCheck = SourceCheck(.compatible)
        return settings
    }
}

extension String {
    var json: JSON { .string(self) }
}
