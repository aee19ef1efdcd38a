import Core
import Platform
import TestSupport
import Testing

@Suite("Pages of the audit log")
struct AuditPageTests {
    private final class TestLog: Sendable {
        let database: Database
        let key: SigningKey
        private let storage: TestDatabase
        let clock = TestClock()

        init(_ backend: Backend = .sqlite) throws {
            storage = try TestDatabase(backend)
            try Migrations.apply(Server.migrations, storage.driver, now: clock.next())
            database = try Database(driver: storage.driver, recorder: EventLog(now: { [clock] in clock.next() }))
            key = try SigningKey(name: "test.example/audit")
            let key = key
            _ = try storage.driver.connect(.writing).withConnection { sql in
                try sql.execute(
                    "INSERT INTO eventlog_key (id, verifier) VALUES (1, ?1)", [.text(key.verifier.description)])
            }
        }

        deinit { database.close() }

        func add(_ event: Event, by name: String = "ana", reason: String? = nil) async throws {
            let origin = Origin(
                Principal(name: name, method: .local, rights: .nothing), requestID: "r1", reason: reason)
            try await database.write { $0.record(event, by: origin) }
        }

        func visitor(_ principal: Principal = .local) throws -> PageVisitor {
            let words = EventWords(kinds: ["thing.made"]) { event in
                event.kind == "thing.made" ? EventPhrase("made \(event.details["name"]?.text ?? "")", .good) : nil
            }
            let site = Site(
                navigation: AuditPages.navigation,
                subjects: [
                    SubjectPage("thing/{}") { parts, _ in .init("thing \(parts[0])", Address("/things", parts[0])) }
                ],
                eventWords: [words], now: { [clock] in clock.next() })
            return try PageVisitor(
                AuditPages(database: database, key: key).endpoints
                    + AuditEndpoints(database: database, key: key).endpoints,
                site: site, authorizer: As(principal: principal))
        }
    }

    private struct As: Authorizer {
        let principal: Principal
        func principal(for head: RequestHead) async throws(Failure) -> Principal? { principal }
    }

    private func thing(_ number: Int, _ name: String = "a thing", kind: String = "thing.made") -> Event {
        Event(kind: kind, subject: Event.subject("thing", String(number)), details: .record(["name": .string(name)]))
    }

    @Test("an empty log is signed, and says how to fill it")
    func empty() async throws {
        let log = try TestLog()
        let page = try MarkupCheck.page(try await log.visitor().get("/audit"))
        #expect(page.text.contains("No entries yet.") && page.text.contains("Nothing has happened yet"))
        #expect(page.text.contains("the checkpoint of the empty log is signed"))
        withExtendedLifetime(log) {}
    }

    @Test("entries are told in words, the newest first, page by page", arguments: Backend.available)
    func list(_ backend: Backend) async throws {
        let log = try TestLog(backend)
        for number in 0..<120 { try await log.add(thing(number), by: number.isMultiple(of: 2) ? "ana" : "bo") }
        let visitor = try log.visitor()
        let first = try MarkupCheck.page(await visitor.get("/audit"))
        #expect(first.text.contains("120 entries"))
        #expect(first.text.contains("made a thing"))
        #expect(first.links.contains("/things/119"))
        let entries = { (page: MarkupCheck) in
            page.links.filter { $0.hasPrefix("/audit/") }.compactMap { Int($0.dropFirst(7)) }
        }
        #expect(entries(first) == Array((70..<120).reversed()))
        let next = try #require(first.links.first { $0.contains("before=70") })
        #expect(entries(try MarkupCheck.page(await visitor.get(next))) == Array((20..<70).reversed()))
    }

    @Test("filters hold together: by person, kind, subject and time", arguments: Backend.available)
    func filters(_ backend: Backend) async throws {
        let log = try TestLog(backend)
        for number in 0..<10 {
            try await log.add(
                thing(number, kind: number < 5 ? "thing.made" : "thing.broken"),
                by: number.isMultiple(of: 2) ? "ana" : "bo")
            log.clock.advance(milliseconds: 86_400_000)
        }
        let visitor = try log.visitor()
        func entries(_ query: String) async throws -> [Int] {
            let page = try MarkupCheck.page(await visitor.get("/audit?\(query)"))
            return page.links.filter { $0.hasPrefix("/audit/") }.compactMap { Int($0.dropFirst(7)) }
        }
        #expect(try await entries("actor=bo") == [9, 7, 5, 3, 1])
        #expect(try await entries("actor=bo&kind=thing.made") == [3, 1])
        #expect(try await entries("under=thing/7") == [7])
        // The clock of the tests begins at 2023-11-14T22:13:20Z.
        #expect(try await entries("since=2023-11-16&until=2023-11-18") == [4, 3, 2])
        #expect(try await entries("since=2023-11-22T00:00:00Z") == [9, 8])
        #expect(try await entries("actor=nobody") == [])
        let wrong = try MarkupCheck.page(await visitor.get("/audit?since=yesterday"))
        #expect(wrong.text.contains("is neither a day nor a time"))
    }

    @Test("an entry shows what was hashed and its proof, which the command checks without the server")
    func entry() async throws {
        let log = try TestLog()
        for number in 0..<9 { try await log.add(thing(number), reason: "because \(number)") }
        let visitor = try log.visitor()
        let page = try MarkupCheck.page(await visitor.get("/audit/4"))
        #expect(page.text.contains("because 4") && page.text.contains("&quot;seq&quot;: 4"))
        #expect(page.text.contains("steward audit proof 4.tlog-proof --key"))
        #expect(
            page.links.contains("/audit/proof/4") && page.links.contains("/audit/3") && page.links.contains("/audit/5"))
        let bytes = Array(await visitor.get("/audit/proof/4").html.utf8)
        let proof = try LogProof(parsing: bytes)
        let entry = try #require(proof.extra)
        #expect(try EventEntry.parse(entry).sequence == 4)
        let trusted = try proof.verify(MerkleTree.leafHash(entry), LogTrust(keys: [log.key.verifier]))
        #expect(trusted.checkpoint.size == 9)
        for path in ["/audit/9", "/audit/-1", "/audit/04", "/audit/x"] {
            #expect(await visitor.get(path).status == 404)
        }
    }

    @Test("a log whose newest entry was changed says so at once")
    func tampered() async throws {
        let log = try TestLog()
        for number in 0..<3 { try await log.add(thing(number)) }
        _ = try await log.database.write { transaction in
            try transaction.sql.execute(
                "UPDATE eventlog_entry SET entry = replace(entry, 'a thing', 'another') WHERE sequence = 2")
        }
        let page = try MarkupCheck.page(try await log.visitor().get("/audit"))
        #expect(page.text.contains("The log is not intact"))
        #expect(page.text.contains("they do not fit together"))
    }

    @Test("no text breaks out", arguments: HostileText.all)
    func hostile(_ text: String) async throws {
        let log = try TestLog()
        try await log.add(
            Event(
                kind: "other.thing-done", subject: Event.subject("thing", text),
                details: .record([
                    "name": .string(text), "value": .record(["old": .string(text), "new": .string(text)]),
                ])),
            by: text.replacing("\0", with: ""), reason: text)
        let visitor = try log.visitor()
        _ = try MarkupCheck.page(await visitor.get("/audit"))
        _ = try MarkupCheck.page(await visitor.get("/audit/0"))
        let filtered =
            "/audit?under=\(PercentEncoding.encode(text))&actor=\(PercentEncoding.encode(text))&kind=\(PercentEncoding.encode(text))"
        _ = try MarkupCheck.page(await visitor.get(filtered))
    }

    @Test("without the right there is no page")
    func refused() async throws {
        let log = try TestLog()
        let nobody = Principal(name: "eve", method: .local, rights: .nothing)
        #expect(try await log.visitor(nobody).get("/audit").status == 403)
        #expect(try await log.visitor(nobody).get("/audit/0").status == 403)
    }
}
