import Core
import Platform
import TestSupport
import Testing

extension DatabaseContractTests {
    @Suite("failures in a group")
    struct GroupFailures {
        /// A log that cannot take events of one kind, and finds out late or early.
        private struct Picky: EventRecorder {
            let isLate: Bool

            private func refuse(_ event: PendingEvent) throws(Failure) {
                if event.event.kind == "test.bad" { throw Failure(.invalid, "no such event") }
            }

            func check(_ event: PendingEvent) throws(Failure) { if !isLate { try refuse(event) } }

            func append(_ events: [PendingEvent], _ connection: any SQLConnection) throws {
                for event in events { try refuse(event) }
            }

            func committed() {}
        }

        @Test(
            "a write whose event cannot be logged fails alone", arguments: Backend.available, [false, true])
        func event(_ backend: Backend, _ isLate: Bool) async throws {
            let server = try TestServices(backend, [itemMigration], recorder: Picky(isLate: isLate))
            let results = try await server.writeTogether(60) { index, transaction in
                try transaction.sql.addItem("item \(index)", 1)
                transaction.record(Event(index == 17 ? "test.bad" : "test.good", "item/\(index)"), by: Origin(.local))
            }
            for (index, result) in results.enumerated() {
                #expect((try? result.get()) != nil || index == 17, "\(index): \(result)")
            }
            let names = try await server.database.read { try $0.itemNames() }
            #expect(names.count == 59)
            #expect(!names.contains("item 17"))
        }

        @Test("subjects and details of any length can be logged and found", arguments: Backend.available)
        func longSubject(_ backend: Backend) async throws {
            let storage = try TestDatabase(backend)
            let now = Timestamp(milliseconds: 1_764_000_000_000)
            try Migrations.apply(EventLog.migrations, storage.driver, now: now)
            let database = try Database(driver: storage.driver, recorder: EventLog(now: { now }))
            defer { database.close() }
            var random = SystemRandomNumberGenerator()
            let letters = (0..<4000).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789é/".randomElement(using: &random)!
            }
            let subject = String(letters)
            try await database.write { transaction in
                transaction.record(Event("test.long", subject, ["text": .string(subject)]), by: Origin(.local))
                transaction.record(Event("test.long", subject + "2"), by: Origin(.local))
            }
            let found = try await database.read { sql in
                var query = EventQuery()
                query.subject = subject
                return try EventLog.events(query, sql)
            }
            #expect(found.map(\.sequence) == [0])
            #expect((found.first?.event.subject.utf8.count ?? 0) < 1200)
        }
    }
}
