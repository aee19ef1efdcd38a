import Core
import Platform
import TestSupport
import Testing

/// Whoever may read a version may fetch its files through the server, so nobody registers what they may not read.
@Suite("A version is made of nothing that somebody may not read")
struct SourceRightsTests {
    private let server: RightsServer
    private let own: Places
    private let foreign: Places

    init() async throws {
        server = try await RightsServer()
        let admin = server.add("admin", .everything)
        own = await server.makePlaces("team-a", as: admin)
        foreign = await server.makePlaces("secret-b", as: admin)
        let experiment = try #require(Int64(own.values["experiment"] ?? ""))
        _ = server.add(
            "ann",
            Rights(
                nil,
                grants: [
                    Grant(.experiment, .id(experiment), .read),
                    Grant(.registeredModel, .name("team-a-model"), .edit),
                ]))
    }

    private func register(_ source: String, as person: String) async -> RightsServer.Answer {
        await server.send(
            "POST", "/api/2.0/mlflow/model-versions/create", #"{"name":"team-a-model","source":"\#(source)"}"#,
            as: person)
    }

    private func fetch(_ path: String, as person: String) async -> Int {
        await server.send("GET", "/api/2.0/mlflow-artifacts/artifacts/\(path)", as: person).status
    }

    /// Programs disagree on whether a host is part of the path.
    @Test("a host before the path opens nothing, whoever registers it")
    func hosts() async throws {
        let (mine, theirs) = (own.values["experiment"] ?? "", foreign.values["folder"] ?? "")
        for host in [mine, "localhost", "\(mine):80"] {
            let answer = await register("mlflow-artifacts://\(host)/\(theirs)/model", as: "ann")
            #expect(answer.status == 400, "\(host): \(answer.text)")
        }
        let made = await register("mlflow-artifacts://\(mine)/\(theirs)/model", as: "admin")
        #expect(made.isDone, "\(made.text)")
        #expect(await fetch("\(theirs)/model/model.txt", as: "ann") == 403)
        #expect(await fetch("\(theirs)/model/model.txt", as: "admin") == 200)
    }

    @Test("a path that is another one when it is decoded needs the right over both")
    func encodings() async throws {
        let (mine, theirs) = (own.values["folder"] ?? "", foreign.values["folder"] ?? "")
        let digit = try #require(theirs.utf8.first)
        let encoded = "%\(String(digit, radix: 16))\(theirs.dropFirst())"
        #expect(await register("mlflow-artifacts:/\(encoded)/model", as: "ann").status == 403)
        // An experiment that keeps its artifacts at what another's place is when it is encoded.
        let place = "team-a%2dplace"
        let body = #"{"name":"secret-b-encoded","artifact_location":"mlflow-artifacts:/\#(place)"}"#
        let made = await server.send("POST", "/api/2.0/mlflow/experiments/create", body, as: "admin")
        try #require(made.isDone, "\(made.text)")
        let holder = await server.send(
            "GET", "/api/2.0/mlflow/experiments/get-by-name?experiment_name=team-a-holder", as: "admin")
        let id = try #require(Int64(holder.json["experiment"]?["experiment_id"]?.text ?? ""))
        _ = server.add(
            "eve",
            Rights(
                nil,
                grants: [
                    Grant(.experiment, .id(id), .read), Grant(.registeredModel, .name("team-a-model"), .edit),
                ]))
        #expect(await register("mlflow-artifacts:/team-a-place/x", as: "eve").isDone)
        #expect(await register("mlflow-artifacts:/\(place)/x", as: "eve").status == 403)
        #expect(await register("mlflow-artifacts:/\(mine)/model", as: "ann").isDone)
    }
}
