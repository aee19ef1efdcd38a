import Core
import Foundation
import Platform
import TestSupport
import Testing

@Suite("Every endpoint asks for the right it should")
struct SweepTests {
    private static let levels: [(name: String, level: Permission.Level)] = [
        ("read", .read), ("edit", .edit), ("approve", .approve), ("manage", .manage), ("administer", .administer),
    ]

    /// What an endpoint declares, as the table says it.
    private func declared(_ endpoint: Endpoint) -> (level: String, scope: String) {
        switch endpoint.access {
        case .anyone: return ("anyone", "-")
        case .signedIn: return ("signed-in", "-")
        case .may(let permission):
            let level = Self.levels.first { $0.level == permission.level }?.name ?? "?"
            return switch endpoint.scope {
            case .everything: (level, "all")
            case .filtered: (level, "list")
            case .subjects: (level, "some")
            }
        }
    }

    private func endpoint(of row: EndpointTable.Row, _ server: RightsServer) -> Endpoint? {
        let path = Places.fill(row.target, { _, _ in .missing }).split(separator: "?")[0]
        guard case .found(let endpoint, _) = server.routes.match(method: row.method, rawPath: String(path)) else {
            return nil
        }
        return endpoint
    }

    @Test("the table lists all endpoints, each with what it declares")
    func table() async throws {
        let server = try await RightsServer()
        var listed: Set<String> = []
        for row in EndpointTable.rows {
            guard let endpoint = endpoint(of: row, server) else {
                Issue.record("there is no endpoint for \(row)")
                continue
            }
            listed.insert("\(endpoint.method) \(endpoint.path)")
            let declared = declared(endpoint)
            #expect(declared == (row.level, row.scope), "\(row)")
        }
        let missing = server.endpoints.filter { !listed.contains("\($0.method) \($0.path)") }
        #expect(missing.isEmpty, "EndpointTable has no line for \(missing.map { "\($0.method) \($0.path)" })")
    }

    @Test("the built program has the endpoints that are tested here, and no others", .enabled(if: Program.isBuilt))
    func product() async throws {
        let server = try await RightsServer()
        let document = try await Program.openAPI()
        let built = (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        let here = server.endpoints.filter { !$0.isForPeople }.map { endpoint in
            let path = endpoint.path.hasSuffix("...}") ? endpoint.path.dropLast(4) + "}" : endpoint.path
            return "\(endpoint.method) \(path)"
        }
        #expect(Set(built).symmetricDifference(here).sorted() == [])
    }

    @Test("nobody, wrong credentials, and every role, at every endpoint")
    func roles() async throws {
        let server = try await RightsServer()
        let admin = server.add("admin", .everything)
        var places = await server.makePlaces("team-a", as: admin)
        places.values["webhook"] = await server.makeWebhook(as: admin)
        let roles: [(name: String, level: Permission.Level?)] =
            [("nothing", nil)] + Self.levels.map { ("everything-\($0.name)", $0.level) }
        for role in roles { _ = server.add(role.name, Rights(role.level)) }
        let before = try await server.changes()
        // First all that must be refused: what is let in changes what the others would find.
        for row in EndpointTable.rows where row.level != "anyone" {
            let (target, body) = row.filled(places)
            for person in [nil, "unknown"] {
                let answer = await server.send(row.method, target, body, as: person)
                #expect(answer.isUnknown, "\(row) as \(person ?? "nobody"): \(answer.text)")
            }
            guard let needed = Self.levels.first(where: { $0.name == row.level }), row.scope != "list" else { continue }
            for role in roles where role.level.map({ $0 < needed.level }) ?? true {
                let answer = await server.send(row.method, target, body, as: role.name)
                // Who may not even read it is not told whether it is there.
                let expected = role.level == nil && row.scope == "some" ? [403, 404] : [403]
                #expect(
                    expected.contains(answer.status), "\(row) as \(role.name): \(answer.status) \(answer.text)")
            }
        }
        #expect(try await server.changes() == before)
        for row in EndpointTable.rows where row.scope != "-" {
            let (target, body) = row.filled(places)
            let needed = Self.levels.first { $0.name == row.level }?.level ?? .administer
            for role in roles where row.scope == "list" || role.level.map({ $0 >= needed }) ?? false {
                let answer = await server.send(row.method, target, body, as: role.name)
                #expect(!answer.isRefused && answer.status != 500, "\(row) as \(role.name): \(answer.text)")
            }
        }
    }
}

extension EndpointTable.Row {
    func filled(_ places: Places) -> (target: String, body: String?) {
        (Places.fill(target) { _, _ in places }, body.map { Places.fill($0) { _, _ in places } })
    }
}
