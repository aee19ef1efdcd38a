import Core
import Testing

@Suite("Model versions")
struct VersionTests {
    @Test("fifty registrations at once get fifty numbers")
    func concurrentNumbers() async throws {
        let server = try TestRegistry()
        await server.createModel("m")
        let numbers = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { await server.createVersion("m") } }
            return await group.reduce(into: [String]()) { $0.append($1 ?? "none") }
        }
        #expect(Set(numbers) == Set((1...50).map(String.init)))
    }

    @Test("a number is not given out again: not after the deletion of any version, nor of all")
    func numbersAreNotReused() async throws {
        let server = try TestRegistry()
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

    @Test("a version that is refused uses up no number and leaves no event")
    func refusedVersions() async throws {
        let server = try TestRegistry()
        await server.createModel("m")
        let before = try await server.events().count
        let answer = await server.post(
            "model-versions/create", .record(["name": "m".json, "source": "/etc/passwd".json]))
        #expect(answer.status == 400)
        #expect(try await server.events().count == before)
        #expect(await server.createVersion("m") == "1")
    }

    @Test("a version of a logged model takes its location and run, and the logged model is told")
    func loggedModel() async throws {
        let server = try TestRegistry()
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
