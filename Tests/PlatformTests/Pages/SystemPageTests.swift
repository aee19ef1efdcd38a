import Core
import Platform
import TestSupport
import Testing

@Suite("The system page")
struct SystemPageTests {
    private func visitor(
        _ services: TestServices, routines: [Routine] = [], log: RoutineLog = RoutineLog(), rights: Rights = .everything
    ) throws -> PageVisitor {
        let status = SystemStatus(
            database: services.database, routines: routines, reactors: ["test.reactor"], routineLog: log,
            host: "127.0.0.1", isEncrypted: false, started: Timestamp(milliseconds: 1_699_999_990_000),
            now: { services.clock.next() })
        return try PageVisitor(
            SystemPage(status).endpoints, site: Site(version: "9.9.9", now: { services.clock.next() }),
            authorizer: As(principal: Principal(name: "ana", method: .local, rights: rights)))
    }

    private struct As: Authorizer {
        let principal: Principal
        func principal(for head: RequestHead) async throws(Failure) -> Principal? { principal }
    }

    @Test("all is well: the page says so, with the figures", arguments: Backend.available)
    func well(_ backend: Backend) async throws {
        let services = try TestServices(backend, Server.migrations)
        let page = try MarkupCheck.page(
            try await visitor(services, routines: [Routine("test.sweep", every: .seconds(60)) {}]).get("/system"))
        #expect(page.text.contains("Nothing needs you."))
        #expect(
            page.text.contains("9.9.9") && page.text.contains("test.sweep") && page.text.contains("not by this server"))
        #expect(page.text.contains(backend == .sqlite ? "SQLite" : "PostgreSQL"))
        #expect(page.text.contains("plain, this machine only") && page.text.contains("single user"))
    }

    @Test("what needs somebody comes first")
    func troubles() async throws {
        let services = try TestServices(.sqlite, Server.migrations)
        let queue = JobQueue("test.mail")
        try await services.database.write { transaction in
            try queue.enqueue("a", .null, transaction)
            try queue.enqueue("b", .null, transaction)
            try transaction.sql.execute("UPDATE platform_job SET state = 'dead' WHERE key = 'a'")
        }
        let log = RoutineLog()
        log.ended(
            "test.sweep", began: services.clock.next(), at: services.clock.next(), problem: "the disk is \"full\" <b>")
        let page = try MarkupCheck.page(
            try await visitor(services, routines: [Routine("test.sweep", every: .seconds(1)) {}], log: log).get(
                "/system"))
        #expect(page.text.contains("needs attention"))
        #expect(page.text.contains("1 delivery was given up"))
        #expect(page.text.contains("Test.sweep failed: the disk is &quot;full&quot; &lt;b&gt;."))
    }

    @Test("without the right there is no page")
    func refused() async throws {
        let services = try TestServices(.sqlite, Server.migrations)
        #expect(try await visitor(services, rights: .nothing).get("/system").status == 403)
    }
}
