import Core
import Platform
import TestSupport
import Testing

@Suite("Pages for signing in, users, groups, tokens and roles")
struct PageTests {
    @Test("the form signs in, goes where one wanted to, and nowhere else")
    func signIn() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let form = await server.page("GET", "/sign-in?next=/users/root")
        #expect(form.status == 200 && form.text.contains(#"name="next" value="/users/root""#))
        let wrong = await server.page("POST", "/sign-in", form: ["name": "root", "password": "not this"])
        #expect(wrong.status == 401 && wrong.text.contains("do not belong together") && wrong.cookie == nil)
        for (next, expected) in [
            ("/users/root", "/users/root"), ("/models?a=b", "/models?a=b"), ("//evil.example", "/"),
            ("https://evil.example/", "/"), ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"),
            ("/a\r\nset-cookie: x", "/"),
        ] {
            let done = await server.page(
                "POST", "/sign-in", form: ["name": "root", "password": TestAccess.password, "next": next])
            #expect(done.status == 303 && done.location == expected, "\(next)")
            #expect(done.cookie?.utf8.count == 43)
        }
        let cookie = try await server.signIn("root")
        let out = await server.page("POST", "/sign-out", as: .cookie(cookie))
        #expect(out.status == 303 && out.location == "/sign-in" && out.cookie == "")
        #expect(await server.may(.read, .cookie(cookie)) == 401)
    }

    @Test("a link leads to a form that makes the administrator and signs in")
    func setUp() async throws {
        let server = try TestAccess()
        let token = try await server.setUpToken()
        let form = await server.page("GET", "/setup?token=\(token)")
        #expect(form.status == 200 && form.text.contains(token))
        let fields = ["token": token, "name": "root", "password": TestAccess.password]
        let different = await server.page("POST", "/setup", form: fields.merging(["again": "x"]) { $1 })
        #expect(different.status == 400 && different.text.contains("not the same"))
        let done = await server.page("POST", "/setup", form: fields.merging(["again": TestAccess.password]) { $1 })
        #expect(done.status == 303)
        #expect(await server.may(.administer, .cookie(try #require(done.cookie))) == 200)
        let again = await server.page("GET", "/setup?token=\(token)")
        #expect(again.status == 403 && !again.text.contains("<form class=\"fields\""))
    }

    @Test("an administrator makes, changes and deletes users and groups; what is wrong is said in place")
    func users() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let root = TestAccess.Who.cookie(try await server.signIn("root"))
        let made = await server.page(
            "POST", "/users", as: root,
            form: ["name": "ada", "display_name": "<b>Ada</b>", "role": "editor", "kind": "person"])
        #expect(made.status == 200 && made.text.contains("/setup?token=stwl_"), "the link is shown once")
        let twice = await server.page(
            "POST", "/users", as: root, form: ["name": "ada", "role": "editor", "kind": "person"])
        #expect(twice.status == 409 && twice.text.contains("already exists"))
        let service = await server.page(
            "POST", "/users", as: root, form: ["name": "nightly", "role": "editor", "kind": "service"])
        #expect(service.location == "/users/nightly")
        let list = await server.page("GET", "/users", as: root)
        #expect(list.text.contains("&lt;b&gt;Ada&lt;/b&gt;") && !list.text.contains("<b>Ada</b>"))
        for (path, form) in [
            ("/users/ada/role", ["role": "approver", "reason": "trusted"]),
            ("/users/ada/name", ["display_name": "Ada"]),
            ("/users/ada/active", ["active": "no", "reason": "gone"]), ("/users/ada/active", ["active": "yes"]),
            ("/users/ada/grants", ["kind": "experiment", "target": "1", "level": "manage"]),
        ] {
            let answer = await server.page("POST", path, as: root, form: form)
            #expect(answer.status == 303 && answer.location == "/users/ada", "\(path)")
        }
        let page = await server.page("GET", "/users/ada", as: root)
        #expect(page.text.contains("approver") && page.text.contains("/experiments/1"))
        let last = await server.page("POST", "/users/root/role", as: root, form: ["role": "viewer"])
        #expect(last.status == 409 && last.text.contains("last active administrator"))

        #expect(await server.page("POST", "/groups", as: root, form: ["name": "team"]).location == "/groups/team")
        for (path, form) in [
            ("/groups/team/members", ["user": "ada"]),
            ("/groups/team/grants", ["kind": "registered_model", "target": "fraud-*", "level": "none"]),
        ] { #expect(await server.page("POST", path, as: root, form: form).location == "/groups/team") }
        let missing = await server.page("POST", "/groups/team/members", as: root, form: ["user": "eve"])
        #expect(missing.status == 404 && missing.text.contains("not found"))
        let team = await server.page("GET", "/groups/team", as: root)
        #expect(team.text.contains("ada") && team.text.contains("fraud-*"))
        #expect(await server.page("POST", "/groups/team/members/ada/remove", as: root).location == "/groups/team")
        let mistyped = await server.page("POST", "/users/ada/delete", as: root, form: ["confirm": "adam"])
        #expect(mistyped.status == 400)
        #expect(await server.page("POST", "/users/ada/delete", as: root, form: ["confirm": "ada"]).location == "/users")
        #expect(
            await server.page("POST", "/groups/team/delete", as: root, form: ["confirm": "team"]).location == "/groups")
        let reasons = try await server.events().compactMap(\.reason)
        #expect(reasons == ["trusted", "gone"])
    }

    @Test("somebody who does not administer sees and changes themselves, and nobody else")
    func oneself() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let ada = TestAccess.Who.cookie(try await server.signIn("ada"))
        let page = await server.page("GET", "/users/ada", as: ada)
        #expect(
            page.status == 200 && page.text.contains("Signed-in browsers") && !page.text.contains("/users/ada/role"))
        for path in ["/users", "/users/root", "/groups", "/tokens?all=1", "/tokens?user=root"] {
            #expect(await server.page("GET", path, as: ada).status == 403, "\(path)")
        }
        for path in [
            "/users/ada/role", "/users/ada/active", "/users/root/delete", "/users/root/name", "/users/root/password",
            "/users/ada/link", "/users/ada/grants", "/groups", "/grants/1/remove",
        ] {
            let answer = await server.page("POST", path, as: ada, form: ["role": "admin", "display_name": "x"])
            #expect(answer.status == 403, "\(path)")
        }
        #expect(await server.page("POST", "/users/ada/name", as: ada, form: ["display_name": "Ada L"]).status == 303)
        let wrong = await server.page(
            "POST", "/users/ada/password", as: ada,
            form: ["old_password": "no", "password": "quite another one", "again": "quite another one"])
        #expect(wrong.status == 403 && wrong.text.contains("password is not right"))
        let changed = await server.page(
            "POST", "/users/ada/password", as: ada,
            form: ["old_password": TestAccess.password, "password": "quite another one", "again": "quite another one"])
        #expect(changed.status == 303)
        #expect(await server.may(.read, ada) == 401)
        #expect(await server.may(.read, .cookie(try #require(changed.cookie))) == 200)
    }

    @Test("a token is shown once; forms of strangers make none")
    func tokens() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "editor")
        let cookie = try await server.signIn("ada")
        let ada = TestAccess.Who.cookie(cookie)
        let form = ["name": "laptop", "level": "read", "subjects": "model fraud-*\r\nexperiment 1", "days": "7"]
        let forged = await server.page("POST", "/tokens", as: .bareCookie(cookie), form: form)
        #expect(forged.status == 403)
        let made = await server.page("POST", "/tokens", as: ada, form: form)
        let token = try #require(made.text.firstMatch(of: /stw_[A-Za-z0-9_-]{43}/)).output
        #expect(await server.send("GET", "/probe/model/fraud-x/read", as: .bearer(String(token))).status == 200)
        #expect(await server.send("GET", "/probe/model/other/read", as: .bearer(String(token))).status == 404)
        let list = await server.page("GET", "/tokens", as: ada)
        #expect(list.text.contains("laptop") && !list.text.contains(token))
        let wide = await server.page(
            "POST", "/tokens", as: ada, form: ["name": "w", "level": "administer", "days": "0"])
        #expect(wide.status == 403 && wide.text.contains("may do more than its owner"))
        let before = try await server.events().count
        for (field, value, status) in [
            ("subjects", "everything", 400), ("level", "reed", 400), ("level", "Read", 400),
            ("subjects", "experiment none", 404),
        ] {
            let odd = await server.page("POST", "/tokens", as: ada, form: ["name": "o", field: value])
            #expect(odd.status == status && odd.text.contains(#"name="subjects"#), "\(field) \(value)")
        }
        #expect(try await server.events().count == before)
        let id = try #require(list.text.firstMatch(of: #//tokens/([0-9a-f]{32})/revoke/#)).output.1
        #expect(
            await server.page("POST", "/tokens/\(id)/revoke", as: .cookie(try await server.signIn("root"))).status
                == 303)
        #expect(await server.send("GET", "/probe/model/fraud-x/read", as: .bearer(String(token))).status == 401)
    }

    @Test("the table of roles is made from the list of endpoints")
    func roles() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let answer = await server.send("GET", "/api/v1/roles", as: TestAccess.admin)
        let permissions = answer.json["permissions"]?.elements ?? []
        let promote = permissions.first { $0["name"]?.text == "probe.approve" }
        #expect(promote?["roles"] == .array([.string("approver"), .string("admin")]))
        let manage = permissions.first { $0["name"]?.text == "access.manage" }
        #expect(manage?["roles"] == .array([.string("admin")]))
        let page = await server.page("GET", "/roles", as: TestAccess.admin)
        #expect(page.status == 200 && page.text.contains("access.manage") && page.text.contains("probe.approve"))
    }
}

extension TestAccess {
    struct PageAnswer {
        let status: Int
        let text: String
        let location: String?
        let cookie: String?
    }

    func page(_ method: String, _ path: String, as who: Who = .nobody, form: [String: String] = [:]) async -> PageAnswer
    {
        let pairs = form.sorted { $0.key < $1.key }.map {
            PercentEncoding.encode($0.key) + "=" + PercentEncoding.encode($0.value)
        }
        let response = await respond(
            method, path, as: who, body: Array(pairs.joined(separator: "&").utf8),
            headers: [("accept", "text/html")]
                + (method == "POST" ? [("content-type", "application/x-www-form-urlencoded")] : []))
        var text = ""
        if case .bytes(let bytes) = response.body { text = String(decoding: bytes, as: UTF8.self) }
        return PageAnswer(
            status: response.status, text: text, location: response.headers["location"],
            cookie: Answer(status: 0, json: .null, headers: response.headers).cookie)
    }
}
