import Core
import Dispatch
import Platform
import TestSupport
import Testing

extension DatabaseContractTests {
    @Suite("transactions")
    struct Transactions {
        struct Refused: Error {}

        @Test("savepoints take back what came after them", arguments: Backend.available)
        func savepoints(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                try connection.begin(.writing)
                try connection.setSavepoint()
                try connection.addItem("kept", 1)
                try connection.releaseSavepoint()
                try connection.setSavepoint()
                try connection.addItem("gone", 1)
                try connection.rollBackToSavepoint()
                // Nothing happened between these.
                try connection.setSavepoint()
                try connection.rollBackToSavepoint()
                try connection.setSavepoint()
                try connection.releaseSavepoint()
                try connection.setSavepoint()
                #expect(sqlError { try connection.addItem("kept", 2) } != nil)
                try connection.rollBackToSavepoint()
                try connection.addItem("after", 1)
                try connection.commit()
                #expect(try connection.itemNames() == ["after", "kept"])

                try connection.begin(.writing)
                try connection.addItem("rolled back", 1)
                try connection.rollback()
                try connection.begin(.writing)
                try connection.rollback()
                try connection.begin(.writing)
                try connection.commit()
                #expect(try connection.itemNames() == ["after", "kept"])
            }
        }

        @Test("a transaction that is left open is taken back", arguments: Backend.available)
        func leftOpen(_ backend: Backend) throws {
            let storage = try TestDatabase(backend)
            let worker = try storage.driver.connect(.writing)
            try worker.withConnection { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
            }
            try worker.withConnection { connection in
                try connection.begin(.writing)
                try connection.addItem("a", 1)
            }
            try worker.withConnection { connection in
                let names = try connection.itemNames()
                #expect(names == [])
                try connection.begin(.writing)
                try connection.addItem("b", 1)
                try connection.commit()
            }
        }

        @Test("a reading transaction cannot write", arguments: Backend.available)
        func readOnly(_ backend: Backend) async throws {
            let server = try TestServices(backend, [itemMigration])
            let failed = await failure { try await server.database.read { try $0.addItem("a", 1) } }
            #expect(failed != nil)
            #expect(try await server.database.read { try $0.itemNames() } == [])
        }

        @Test("each writer gets its own answer, and writers share transactions", arguments: Backend.available)
        func groups(_ backend: Backend) async throws {
            let server = try TestServices(backend, [itemMigration])
            let results = try await server.writeTogether(200) { index, transaction in
                try transaction.sql.addItem("item \(index)", Int64(index))
                transaction.record(Event("test.added", "item/\(index)"), by: .system)
                return try transaction.sql.itemValue("item \(index)")
            }
            #expect(try results.map { try $0.get() } == (0..<200).map { Int64($0) })
            #expect(try await server.database.read { try $0.itemNames() }.count == 200)
            #expect(Set(server.events.subjects) == Set((0..<200).map { "item/\($0)" }))
            let statistics = server.database.statistics
            #expect(statistics.writes == 200 + server.storage.driver.writers)
            // One transaction for each of the held threads, and few for all the rest.
            #expect(statistics.transactions <= 3 * server.storage.driver.writers)
            #expect(statistics.failedWrites == 0)
        }

        @Test(
            "a write that fails takes back its own changes and events, not its neighbours'",
            arguments: Backend.available)
        func failingMembers(_ backend: Backend) async throws {
            let server = try TestServices(backend, [itemMigration])
            let results = try await server.writeTogether(60) { index, transaction in
                try transaction.sql.addItem("item \(index)", Int64(index))
                transaction.record(Event("test.added", "item/\(index)"), by: .system)
                switch index % 4 {
                case 1: throw Refused()
                case 2: try transaction.sql.addItem("item \(index)", 0)
                case 3: throw Failure(.notFound, "number \(index)")
                default: break
                }
                return index
            }
            for (index, result) in results.enumerated() {
                switch (index % 4, result) {
                case (0, .success(index)): break
                case (1, .failure(let error as Failure)): #expect(error.code == .bug)
                case (2, .failure(let error as Failure)): #expect(error.code == .conflict)
                case (3, .failure(let error as Failure)): #expect(error.message == "number \(index)")
                default: Issue.record("\(index): \(result)")
                }
            }
            let kept = stride(from: 0, to: 60, by: 4).map { "item \($0)" }
            #expect(try await server.database.read { try $0.itemNames() } == kept.sorted())
            #expect(Set(server.events.subjects) == Set(stride(from: 0, to: 60, by: 4).map { "item/\($0)" }))
            #expect(server.database.statistics.failedWrites == 45)
        }

        @Test("a lone write that fails leaves nothing", arguments: Backend.available)
        func loneFailure(_ backend: Backend) async throws {
            let server = try TestServices(backend, [itemMigration])
            let failed = await failure {
                try await server.database.write { transaction in
                    try transaction.sql.addItem("a", 1)
                    transaction.record(Event("test.added", "a"), by: .system)
                    throw Failure(.invalid, "no")
                }
            }
            #expect(failed?.message == "no")
            #expect(try await server.database.read { try $0.itemNames() } == [])
            #expect(server.events.kinds == [])
            try await server.database.write { try $0.sql.addItem("a", 2) }
            #expect(try await server.database.read { try $0.itemValue("a") } == 2)
        }

        @Test("a read sees one state from beginning to end", arguments: Backend.available)
        func consistentView(_ backend: Backend) async throws {
            let server = try TestServices(backend, [itemMigration])
            try await server.database.write { try $0.sql.addItem("a", 1) }
            let gate = ThreadHold()
            async let seen = server.database.read { connection in
                let before = try connection.itemNames()
                gate.pass()
                return [before, try connection.itemNames()]
            }
            await gate.waitUntilHeld(1)
            try await server.database.write { transaction in
                try transaction.sql.addItem("b", 1)
                try transaction.sql.execute("UPDATE test_item SET value = 2 WHERE name = 'a'")
            }
            gate.open()
            #expect(try await seen == [["a"], ["a"]])
            #expect(try await server.database.read { try $0.itemNames() } == ["a", "b"])
        }

        @Test("an answered write is seen by the next read", arguments: Backend.available)
        func readYourWrites(_ backend: Backend) async throws {
            let server = try TestServices(backend, [itemMigration])
            for index in 0..<50 {
                try await server.database.write { try $0.sql.addItem("item \(index)", 0) }
                #expect(try await server.database.read { try $0.itemNames() }.count == index + 1)
            }
        }

        @Test("a full queue answers that the server is busy", arguments: Backend.available)
        func busy(_ backend: Backend) async throws {
            var limits = Database.Limits()
            limits.waitingWrites = 2
            limits.waitingReads = 1
            let server = try TestServices(backend, [itemMigration], limits: limits)
            let gate = ThreadHold()
            try await server.whileWritersAreHeld { group in
                for held in 1...server.storage.driver.readers {
                    group.addTask { try await server.database.read { _ in gate.pass() } }
                    await gate.waitUntilHeld(held)
                }
                defer { gate.open() }
                for _ in 0..<2 { group.addTask { try await server.database.write { _ in } } }
                group.addTask { try await server.database.read { _ in } }
                while server.database.waiting != (2, 1) { try await Task.sleep(for: .milliseconds(1)) }
                let write = await failure { try await server.database.write { _ in } }
                #expect(write?.code == .unavailable)
                #expect(write?.message.contains("busy") == true)
                let read = await failure { try await server.database.read { _ in } }
                #expect(read?.code == .unavailable)
            }
            try await server.database.write { _ in }
        }

        @Test("closing finishes what waits and refuses the rest", arguments: Backend.available)
        func close(_ backend: Backend) async throws {
            let server = try TestServices(backend, [itemMigration])
            try await server.whileWritersAreHeld { group in
                for index in 0..<20 {
                    group.addTask {
                        try await server.database.write(key: "\(index)") { try $0.sql.addItem("\(index)", 0) }
                    }
                }
                while server.database.waiting.writes < 20 { try await Task.sleep(for: .milliseconds(1)) }
                group.addTask {
                    await withCheckedContinuation { continuation in
                        DispatchQueue.global().async {
                            server.database.close()
                            continuation.resume()
                        }
                    }
                }
                while await failure({ try await server.database.read { _ in } }) == nil {}
            }
            #expect(await failure { try await server.database.write { _ in } }?.code == .unavailable)
            try server.storage.driver.connect(.reading).withConnection { connection in
                let names = try connection.itemNames()
                #expect(names.count == 20)
            }
        }
    }
}
