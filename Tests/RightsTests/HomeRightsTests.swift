import Core
import Platform
import Testing

@Suite("The home page shows nothing that its pages refuse")
struct HomeRightsTests {
    @Test("what changed, and the way to the log, are for those who may read all of it")
    func events() async throws {
        let server = try await RightsServer()
        let admin = server.add("admin", .everything)
        let reader = server.add("reader", Rights(.read))
        let refused = server.add(
            "refused",
            Rights(.read, grants: [Grant(.registeredModel, .pattern(NamePattern("payroll-*")), nil)]))
        let bounded = server.add(
            "bounded",
            Rights(.administer).limited(
                to: Rights(nil, grants: [Grant(.registeredModel, .name("open"), .manage)])))
        for name in ["payroll-secret", "open"] {
            let made = await server.send(
                "POST", "/api/2.0/mlflow/registered-models/create", #"{"name":"\#(name)"}"#, as: admin)
            try #require(made.isDone, "\(made.text)")
        }
        for (person, mayReadLog) in [(admin, true), (reader, true), (refused, false), (bounded, false)] {
            #expect(await server.send("GET", "/audit", as: person).status == (mayReadLog ? 200 : 403), "\(person)")
            for path in ["/", "/models/open"] {
                let page = await server.send("GET", path, as: person)
                #expect(page.status == 200)
                #expect(page.text.contains("payroll-secret") == (mayReadLog && path == "/"), "\(person) \(path)")
                #expect(page.text.contains(#"href="/audit"#) == mayReadLog, "\(person) \(path)")
            }
        }
    }
}
