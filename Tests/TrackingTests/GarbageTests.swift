import Core
import Platform
import TestSupport
import Testing
import Tracking

@Suite("Permanent deletion over the API")
struct GarbageTests {
    private static let proxy = "/api/2.0/mlflow-artifacts/artifacts"

    private func collect(_ server: TestServer, _ body: String) async -> TestServer.Answer {
        await server.send("POST", "/api/v1/gc", body)
    }

    @Test("a dry run says what goes and changes nothing; then exactly that goes", arguments: Backend.available)
    func collect(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let doomed = await server.experiment("doomed")
        var places: [String] = []
        for experiment in ["0", "0", doomed] {
            let run = await server.run(experiment)
            let place = "\(Self.proxy)/\(experiment)/\(run)/artifacts/m/file"
            _ = await server.send("PUT", place, "12345")
            places.append(place)
            if places.count == 1 { _ = await server.post("runs/delete", #"{"run_id":"\#(run)"}"#) }
        }
        _ = await server.post("experiments/delete", #"{"experiment_id":"\#(doomed)"}"#)

        let preview = await collect(server, #"{"older_than":0,"dry_run":true}"#)
        #expect(preview.status == 200)
        #expect(preview.json["runs"]?.int == 2)
        #expect(preview.json["experiments"]?.int == 1)
        for place in places { #expect(await server.send("GET", place, nil).status == 200) }

        let gone = await collect(server, #"{"older_than":0}"#)
        for name in ["runs", "experiments", "logged_models", "traces", "kept", "foreign_locations"] {
            #expect(gone.json[name] == preview.json[name], "\(name)")
        }
        #expect(gone.json["failed_locations"]?.int == 0)
        var statuses: [Int] = []
        for place in places { statuses.append(await server.send("GET", place, nil).status) }
        #expect(statuses == [404, 200, 404])
        let again = await collect(server, #"{"older_than":0}"#)
        #expect(again.json["runs"]?.int == 0 && again.json["removed_locations"]?.int == 0)
    }

    @Test("what was deleted later stays")
    func age() async throws {
        let server = try TestServer()
        let run = await server.run("0")
        _ = await server.post("runs/delete", #"{"run_id":"\#(run)"}"#)
        #expect(await collect(server, #"{"older_than":60}"#).json["runs"]?.int == 0)
        #expect(await collect(server, #"{"deleted_before":"2001-01-01T00:00:00Z"}"#).json["runs"]?.int == 0)
        // A moment to come counts as now.
        #expect(await collect(server, #"{"deleted_before":"2999-01-01T00:00:00Z"}"#).json["runs"]?.int == 1)
    }

    @Test(
        "a request that does not say what it means is refused",
        arguments: [
            "{}", #"{"older_than":-1}"#, #"{"older_than":1e30}"#,
            #"{"older_than":1,"deleted_before":"2001-01-01T00:00:00Z"}"#,
            #"{"deleted_before":"yesterday"}"#, #"{"older_than":0,"dryrun":true}"#,
        ])
    func refused(_ body: String) async throws {
        let server = try TestServer()
        #expect(await collect(server, body).status == 400)
    }
}
