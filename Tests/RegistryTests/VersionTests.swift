import Core
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

extension String {
    var json: JSON { .string(self) }
}
