import Core
import Foundation
import Platform
import TestSupport
import Testing

/// Somebody has rights over one experiment and one model, and tries everything with the identifiers of others: in the
/// path, the query and the body, wherever one can stand.
@Suite("Nothing is reached that somebody has no right over")
struct ObjectTests {
    /// A server with what is Ann's and what is not, and Ann.
    private struct Scene {
        let server: RightsServer
        let own: Places
        let foreign: Places
        let person = "ann"

        /// - Parameter rights: of Ann, from the numbers of her experiments and of the others.
        init(_ backend: Backend, _ rights: (_ own: [Int64], _ foreign: [Int64]) -> Rights) async throws {
            server = try await RightsServer(backend)
            let admin = server.add("admin", .everything)
            let webhook = await server.makeWebhook(as: admin)
            var own = await server.makePlaces("team-a", as: admin)
            own.values["webhook"] = webhook
            self.own = own
            foreign = await server.makePlaces("secret-b", as: admin)
            func numbers(_ places: Places) -> [Int64] {
                ["experiment", "deleted_experiment"].compactMap { Int64(places.values[$0] ?? "") }
            }
            _ = server.add(person, rights(numbers(own), numbers(foreign)))
        }
    }

    /// Rights over what is hers, and none else.
    private static func granted(_ own: [Int64], _ foreign: [Int64]) -> Rights {
        Rights(
            nil,
            grants: own.map { Grant(.experiment, .id($0), .manage) } + [
                Grant(.experiment, .pattern(NamePattern("team-a-*")), .manage),
                Grant(.registeredModel, .name("team-a-model"), .manage),
                Grant(.registeredModel, .pattern(NamePattern("team-a-*")), .edit),
                Grant(.registeredModel, .name("team-a-new"), .manage),
            ])
    }

    /// Everything but what is refused.
    private static func refused(_ own: [Int64], _ foreign: [Int64]) -> Rights {
        Rights(
            .manage,
            grants: foreign.map { Grant(.experiment, .id($0), nil) } + [
                Grant(.experiment, .pattern(NamePattern("secret-b-*")), nil),
                Grant(.registeredModel, .pattern(NamePattern("secret-b*")), nil),
            ])
    }

    enum Case: String, CaseIterable, Sendable {
        case granted
        case refused
        /// A token that is bounded by the first.
        case bounded
    }

    private static func scene(_ kind: Case, _ backend: Backend) async throws -> Scene {
        try await Scene(backend) { own, foreign in
            switch kind {
            case .granted: granted(own, foreign)
            case .refused: refused(own, foreign)
            case .bounded: Rights(.administer).limited(to: granted(own, foreign))
            }
        }
    }

    private static var rows: [EndpointTable.Row] {
        EndpointTable.rows.filter { $0.scope == "some" || $0.scope == "list" }
    }

    /// A request in which one of the words, or all of them, name something foreign.
    private struct Attempt {
        let target: String
        let body: String?
        let label: String
    }

    private static func attempts(_ row: EndpointTable.Row, own: Places, foreign: Places) -> [Attempt] {
        let text = row.target + "\u{0}" + (row.body ?? "")
        let words = Places.words(in: text)
        func attempt(_ label: String, _ isForeign: (Int) -> Bool) -> Attempt {
            let filled = Places.fill(text) { _, index in isForeign(index) ? foreign : own }
            let parts = filled.split(separator: "\u{0}", maxSplits: 1, omittingEmptySubsequences: false)
            return Attempt(
                target: String(parts[0]), body: row.body == nil ? nil : String(parts[1]), label: "\(row) [\(label)]")
        }
        // Who may change an experiment may give it any free name.
        let isRenaming = words.contains("experiment") && words.contains("new")
        let places = words.indices.filter { !(isRenaming && words[$0] == "new") }
        let single = places.map { index in attempt("\(words[index]) \(index)") { $0 == index } }
        return words.count > 1 ? single + [attempt("all") { _ in true }] : single
    }

    @Test("foreign identifiers, wherever they can stand", arguments: Case.allCases, Backend.available)
    func foreign(_ kind: Case, _ backend: Backend) async throws {
        let scene = try await Self.scene(kind, backend)
        let before = try await scene.server.changes()
        for row in Self.rows {
            for attempt in Self.attempts(row, own: scene.own, foreign: scene.foreign) {
                let answer = await scene.server.send(row.method, attempt.target, attempt.body, as: scene.person)
                if row.scope == "some" {
                    // Traces of other experiments are passed over.
                    let isNothing = answer.status == 200 && answer.text == #"{"traces_deleted":0}"#
                    #expect(
                        [400, 403, 404].contains(answer.status) || isNothing,
                        "\(attempt.label): \(answer.status) \(answer.text)")
                } else {
                    #expect(
                        answer.isDone || [404, 501].contains(answer.status),
                        "\(attempt.label): \(answer.status) \(answer.text)")
                }
                expectNothing(of: scene.foreign, in: answer, attempt)
            }
        }
        #expect(try await scene.server.changes() == before)
    }

    /// What is foreign shows in an answer as far as the request named it.
    private func expectNothing(of foreign: Places, in answer: RightsServer.Answer, _ attempt: Attempt) {
        var text = answer.text
        for value in [attempt.target, attempt.body ?? ""] {
            for word in foreign.values.values where value.contains(word) { text = text.replacing(word, with: "") }
        }
        #expect(!text.contains("secret-b"), "\(attempt.label): \(answer.text)")
        for word in ["run", "logged_model", "deleted_run"] {
            guard let value = foreign.values[word] else { continue }
            #expect(!text.contains(value), "\(attempt.label) tells of a \(word): \(answer.text)")
        }
    }

    @Test("what is hidden and what is not there are answered alike", arguments: Case.allCases)
    func alike(_ kind: Case) async throws {
        let scene = try await Self.scene(kind, .sqlite)
        for row in Self.rows {
            let hidden = Self.attempts(row, own: scene.own, foreign: scene.foreign)
            let absent = Self.attempts(row, own: scene.own, foreign: .missing)
            for (one, other) in zip(hidden, absent) {
                // Names that are chosen freely: they are refused for what they are, not for what is there.
                if row.target.contains("{new}") || row.body?.contains("{new}") == true
                    || kind == .refused && row.body?.contains("{place}") == true
                {
                    continue
                }
                let first = await scene.server.send(row.method, one.target, one.body, as: scene.person)
                let second = await scene.server.send(row.method, other.target, other.body, as: scene.person)
                #expect(first.status == second.status, "\(one.label): \(first.text) and \(second.text)")
                if row.isPage { continue }
                #expect(
                    plain(first, scene.foreign) == plain(second, .missing),
                    "\(one.label): \(first.text), \(second.text)")
            }
        }
    }

    /// An answer without what differs in every answer, and with the words for the values.
    private func plain(_ answer: RightsServer.Answer, _ places: Places) -> String {
        var text = answer.text
        for (word, given) in places.values.sorted(by: { $0.value.utf8.count > $1.value.utf8.count })
        where !given.isEmpty {
            // Messages name an upload without its number of parts.
            let value = word == "upload" ? String(given.prefix { $0 != "-" }) : given
            text = Self.replacing(value, in: text, with: "{\(word)}")
        }
        if let id = answer.json["error"]?["request_id"]?.text { text = text.replacing(id, with: "") }
        return text
    }

    /// Only where the value is not part of a longer number or word.
    private static func replacing(_ value: String, in text: String, with word: String) -> String {
        let parts = text.components(separatedBy: value)
        var result = parts[0]
        for part in parts.dropFirst() {
            let isPart =
                result.last.map { $0.isLetter || $0.isNumber } ?? false
                || part.first.map { $0.isLetter || $0.isNumber } ?? false
            result += (isPart ? value : word) + part
        }
        return result
    }

    @Test(
        "who may read a model may fetch the files of its versions, and nothing else of the run",
        arguments: Backend.available)
    func filesOfVersions(_ backend: Backend) async throws {
        let scene = try await Scene(backend) { _, _ in
            Rights(nil, grants: [Grant(.registeredModel, .name("team-a-model"), .read)])
        }
        func status(_ method: String, _ path: String, _ places: Places) async -> Int {
            let filled = Places.fill("/api/2.0/mlflow-artifacts/artifacts\(path)") { _, _ in places }
            return await scene.server.send(method, filled, method == "PUT" ? "x" : nil, as: scene.person).status
        }
        #expect(await status("GET", "/{folder}/model/model.txt", scene.own) == 200)
        #expect(await status("GET", "?path={folder}/model", scene.own) == 200)
        #expect(await status("PUT", "/{folder}/model/model.txt", scene.own) == 403)
        #expect(await status("DELETE", "/{folder}/model/model.txt", scene.own) == 403)
        for path in ["/{folder}/file.txt", "?path={folder}", "/{folder}/modelx", "/{experiment}"] {
            #expect(await status("GET", path, scene.own) == 403, "\(path)")
        }
        #expect(await status("GET", "/{folder}/model/model.txt", scene.foreign) == 403)
        let version = "/model-versions/get-artifact?name={model}&version=1&path=model.txt"
        for (places, expected) in [(scene.own, 200), (scene.foreign, 404)] {
            let answer = await scene.server.send("GET", Places.fill(version) { _, _ in places }, as: scene.person)
            #expect(answer.status == expected)
        }
    }

    @Test("whoever makes an experiment manages it; whoever makes a model does not")
    func creators() async throws {
        let server = try await RightsServer()
        let admin = server.add("admin", .everything)
        let answer = await server.send(
            "POST", "/api/v1/service-accounts", #"{"name":"maker","role":"editor"}"#, as: admin)
        // The first user has to be a person.
        #expect(answer.status == 400)
        _ = await server.send(
            "POST", "/api/v1/users", #"{"name":"root","role":"admin","password":"correct horse battery"}"#, as: admin)
        let made = await server.send(
            "POST", "/api/v1/users", #"{"name":"maker","role":"editor","password":"correct horse battery"}"#, as: admin)
        try #require(made.status == 201, "\(made.text)")
        _ = server.add("maker", Rights(.edit))
        let experiment = await server.send(
            "POST", "/api/v1/experiments", #"{"name":"mine"}"#, as: "maker")
        try #require(experiment.status == 201, "\(experiment.text)")
        _ = await server.send(
            "POST", "/api/2.0/mlflow/registered-models/create", #"{"name":"mine"}"#, as: "maker")
        let user = await server.send("GET", "/api/v1/users/maker", as: admin).json
        let grants = user["grants"]?.elements ?? []
        #expect(grants.count == 1 && grants.first?["level"]?.text == "manage", "\(user.text())")
        // A grant for the name of a model goes with it.
        let grant = await server.send(
            "PUT", "/api/v1/grants",
            #"{"user":"maker","level":"approve","kind":"registered_model","name":"mine"}"#, as: admin)
        try #require(grant.isDone, "\(grant.text)")
        func models() async -> [String] {
            (await server.send("GET", "/api/v1/users/maker", as: admin).json["grants"]?.elements ?? [])
                .compactMap { $0["about"]?["name"]?.text }
        }
        _ = await server.send(
            "POST", "/api/2.0/mlflow/registered-models/rename", #"{"name":"mine","new_name":"ours"}"#, as: admin)
        #expect(await models() == ["ours"])
        _ = await server.send("DELETE", "/api/2.0/mlflow/registered-models/delete", #"{"name":"ours"}"#, as: admin)
        #expect(await models() == [])
    }

    /// Shows that the requests are good ones, and that grants let somebody in.
    @Test("one's own identifiers let one in")
    func own() async throws {
        let rows = Self.rows.filter { !$0.target.hasPrefix("/ajax-api/") }
        let reading = try await Self.scene(.bounded, .sqlite)
        for row in rows where row.level == "read" { await expectDone(row, reading) }
        // Writing changes what the next request finds.
        for row in rows where row.level != "read" { await expectDone(row, try await Self.scene(.granted, .sqlite)) }
    }

    private func expectDone(_ row: EndpointTable.Row, _ scene: Scene) async {
        let (target, body) = row.filled(scene.own)
        let answer = await scene.server.send(row.method, target, body, as: scene.person)
        // The digest of an uploaded part is not worth knowing here.
        let isUnready = row.target.contains("/mpu/complete/") && answer.status == 400
        // A form may want more than it is given here; it says so, and turns nobody away.
        let isForm =
            row.isPage && !answer.isRefused && answer.status < (row.method == "POST" ? 500 : 400)
        #expect(
            answer.isDone || answer.status == 501 || isUnready || isForm, "\(row): \(answer.status) \(answer.text)")
    }
}
