import Core
import Platform
import Synchronization
import TestSupport
import Testing

@Suite("Pages")
struct PageTests {
    private let read = Permission("thing.read", .read, of: .experiment)

    private func page(_ title: String) -> Endpoint {
        .page("/things", .may(read), "Things.") { _, _ in
            var page = Page(title, section: "/things", crumbs: [.init(title, Address("/things", title))])
            page.badge = Badge(.good, title)
            page.lead { $0.outside(title) }
            page.actions { $0.action("New", Address("/things").adding("/new"), isPrimary: true) }
            page.body { $0.prose(title) }
            page.rail { html in html.facts { $0.fact("Name", title) } }
            return page
        }
    }

    private var site: Site {
        Site(navigation: [
            NavigationItem("Secrets", "/secrets", Permission("secret.read", .read), .audit, in: .governance, order: 20),
            NavigationItem("Things", "/things", read, .models, order: 10),
        ])
    }

    @Test("a page has the policy and the headers of pages")
    func headers() async throws {
        let response = try await PageVisitor([page("A")], site: site).get("/things")
        #expect(response.status == 200)
        #expect(response.headers["content-type"] == "text/html; charset=utf-8")
        #expect(response.headers["x-content-type-options"] == "nosniff")
        #expect(response.headers["referrer-policy"] == "same-origin")
        #expect(response.headers["cross-origin-opener-policy"] == "same-origin")
        #expect(response.headers["cross-origin-resource-policy"] == "same-origin")
        #expect(response.headers["cache-control"] == "private, no-store")
        let policy = try #require(response.headers["content-security-policy"])
        #expect(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"))
        #expect(!policy.contains("unsafe") && !policy.contains("*"))
    }

    @Test("whatever a page is called, its markup is whole and runs nothing", arguments: HostileText.all)
    func hostile(_ text: String) async throws {
        let response = try await PageVisitor([page(text)], site: site).get("/things")
        let check = try MarkupCheck.page(response)
        #expect(check.names.prefix(2) == ["html", "head"])
        #expect(check.links.contains("#main"))
    }

    @Test("styles and scripts are served under their digest, for ever, and under no other")
    func assets() async throws {
        let visitor = try PageVisitor([page("A"), Asset.endpoint], site: site)
        let check = try MarkupCheck.page(await visitor.get("/things"))
        let assets = check.targets.filter { $0.hasPrefix("/assets/") }
        #expect(assets.contains { $0.hasSuffix("/steward.css") } && assets.contains { $0.hasSuffix("/steward.js") })
        for address in assets {
            let response = await visitor.get(address)
            #expect(response.status == 200)
            #expect(response.headers["cache-control"] == "public, max-age=31536000, immutable")
            #expect(!response.html.isEmpty)
            let name = try #require(address.split(separator: "/").last)
            #expect(await visitor.get("/assets/0000000000000000/\(name)").status == 404)
        }
        #expect(await visitor.get("/assets/x/../steward.css").status == 404)
    }

    // MARK: navigation

    @Test("the navigation has what the visitor may read, and says where one is")
    func navigation() async throws {
        let rights = Rights(nil, grants: [Grant(.experiment, .pattern(NamePattern("*")), .read)])
        let endpoint = page("A").filtered()
        let visitor = try PageVisitor([endpoint], site: site, authorizer: Somebody(rights: rights))
        let html = await visitor.get("/things").html
        #expect(html.contains("<a href=\"/things\" aria-current=\"page\">"))
        #expect(!html.contains("/secrets"))
        let all = try await PageVisitor([page("A")], site: site).get("/things").html
        let things = try #require(all.firstRange(of: "Things</a>"))
        let secrets = try #require(all.firstRange(of: "Secrets</a>"))
        #expect(things.lowerBound < secrets.lowerBound)
    }

    // MARK: failures

    private func failing(_ failure: Failure) -> Endpoint {
        .page("/fails", .anyone, "Fails.") { _, _ in throw failure }
    }

    @Test(
        "a browser is told in words what went wrong, a program in the form of the API",
        arguments: [
            (Failure(.notFound, "there is no thing <b>", hint: "Look <elsewhere>."), 404),
            (Failure(.invalid, "that is \"wrong\""), 400), (Failure(.conflict, "there is one"), 409),
            (Failure(.denied, "no"), 403), (Failure(.unavailable, "busy"), 503),
        ])
    func failures(_ failure: Failure, _ status: Int) async throws {
        let visitor = try PageVisitor([failing(failure)], site: site)
        let response = await visitor.get("/fails")
        #expect(response.status == status)
        let check = try MarkupCheck.page(response)
        #expect(!check.names.contains("b") && !check.names.contains("elsewhere"))
        let json = await visitor.get("/fails", accept: "*/*")
        #expect(json.status == status)
        #expect(json.headers["content-type"] == "application/json")
    }

    @Test("what broke inside is not told, its request is named")
    func bugs() async throws {
        let response = try await PageVisitor([failing(Failure(.bug, "SELECT secret FROM x"))]).get("/fails")
        #expect(response.status == 500)
        #expect(!response.html.contains("SELECT"))
        #expect(response.html.contains("Request <code>"))
    }

    @Test("there is a page for what is not there, but not below the API")
    func notFound() async throws {
        let visitor = try PageVisitor([page("A")], site: site)
        let response = await visitor.get("/nothing/<script>".replacing("<", with: "%3C"))
        #expect(response.status == 404)
        _ = try MarkupCheck.page(response)
        #expect(await visitor.get("/api/v1/nothing").headers["content-type"] == "application/json")
    }

    @Test("whoever has not signed in is sent to sign in, and back")
    func signIn() async throws {
        let nobody = Somebody(rights: nil)
        let site = Site(hasSignIn: true)
        let response = try await PageVisitor([page("A")], site: site, authorizer: nobody).get("/things?a=b&c=%22")
        #expect(response.status == 303)
        #expect(response.headers["location"] == "/sign-in?next=/things%3Fa%3Db%26c%3D%2522")
        let program = try PageVisitor([page("A")], site: site, authorizer: nobody)
        #expect(await program.get("/things", accept: "*/*").status == 401)
        #expect(try await PageVisitor([page("A")], authorizer: nobody).get("/things").status == 401)
    }

    // MARK: forms

    private var form: Endpoint {
        .form("/things", .may(read), "Makes a thing.") { request, fields in
            let name = try fields.required("name", "Name")
            guard name != "taken" else {
                var page = Page("New thing")
                page.status = 409
                page.body { html in
                    html.form(Address("/things")) { $0.field(FormField("name", "Name"), name, error: "taken") }
                }
                return .page(page)
            }
            return .goTo(Address("/things", name, fields.origin.reason ?? ""))
        }
    }

    @Test("a form answers with a way on, its page again, or a failure in words")
    func forms() async throws {
        let visitor = try PageVisitor([page("A"), form], site: site)
        let made = await visitor.post("/things", ["name": " a/b \r\n", "reason": "why & what"])
        #expect(made.status == 303)
        #expect(made.headers["location"] == "/things/a%2Fb/why%20%26%20what")
        let again = await visitor.post("/things", ["name": "taken"])
        #expect(again.status == 409)
        #expect(again.html.contains("aria-invalid=\"true\"") && again.html.contains("value=\"taken\""))
        _ = try MarkupCheck.page(again)
        let missing = await visitor.post("/things", [:])
        #expect(missing.status == 400)
        #expect(missing.html.contains("Name: it must be filled in."))
        _ = try MarkupCheck.page(missing)
    }

    @Test("pages are no part of the API's description, which lists them apart")
    func openAPI() {
        let document = OpenAPI.document([page("A"), form], title: "x", version: "1")
        #expect(document["paths"]?.members?.isEmpty == true)
        let pages = document["x-pages"]?.elements ?? []
        #expect(pages.map { $0["method"]?.text } == ["GET", "POST"])
    }
}

/// Lets in somebody with some rights, or nobody.
private struct Somebody: Authorizer {
    var rights: Rights?

    func principal(for head: RequestHead) async throws(Failure) -> Principal? {
        rights.map { Principal(name: "ada", method: .session, rights: $0) }
    }
}
