import Access
import Core
import Platform
import TestSupport
import Testing

@Suite("Events about users in words")
struct WordsTests {
    @Test("what happened to users, groups, tokens and rights is told in sentences")
    func sentences() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "editor")
        for (method, path, body): (String, String, JSON?) in [
            ("PATCH", "/api/v1/users/ada", .record(["role": .string("approver"), "active": .bool(false)])),
            ("POST", "/api/v1/groups", .record(["name": .string("risk")])),
            ("PUT", "/api/v1/groups/risk/members/ada", nil),
            (
                "PUT", "/api/v1/grants",
                .record([
                    "group": .string("risk"), "kind": .string("registered_model"), "pattern": .string("fraud-*"),
                    "level": .string("edit"),
                ])
            ),
            ("DELETE", "/api/v1/groups/risk/members/ada", nil), ("DELETE", "/api/v1/groups/risk", nil),
            ("DELETE", "/api/v1/users/ada", nil),
        ] {
            let answer = await server.send(method, path, as: TestAccess.admin, body)
            #expect((200..<300).contains(answer.status), "\(method) \(path): \(answer.json.text())")
        }
        let words = try #require(Access.eventWords)
        let events = try await server.events()
        let told = try events.map { try #require(words.say($0.event)?.text, "\($0.event.kind)") }
        for sentence in [
            "created the user ada, editor", "changed the user ada: editor is now approver, deactivated",
            "created the group risk", "added ada to the group risk",
            "let the group risk edit models like fraud-*", "took ada out of the group risk", "deleted the group risk",
            "deleted the user ada",
        ] { #expect(told.contains(sentence), "\(sentence) is not in \(told)") }
    }
}
