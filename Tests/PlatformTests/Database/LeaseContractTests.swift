import Core
import Platform
import TestSupport
import Testing

extension DatabaseContractTests {
    @Suite("leases")
    struct LeaseTests {
        static let long = Duration.seconds(3600)

        private func servers(_ backend: Backend) throws -> (TestServices, Leases, Leases) {
            let server = try TestServices(backend, Leases.migrations)
            var world = server.services.world
            // Leases are prolonged at once, whatever their duration.
            world.sleep = { _ in try await Task.sleep(for: .milliseconds(2)) }
            return (
                server, Leases(database: server.database, world: world), Leases(database: server.database, world: world)
            )
        }

        @Test(
            "one server has it; the other gets it when it is given up, with a greater token",
            arguments: Backend.available)
        func exclusive(_ backend: Backend) async throws {
            let (server, first, second) = try servers(backend)
            defer { withExtendedLifetime(server) {} }
            let lease = try #require(try await first.take("work", for: Self.long))
            #expect(try await second.take("work", for: Self.long) == nil)
            #expect(try await first.take("work", for: Self.long) == lease)
            #expect(try await second.take("other work", for: Self.long) != nil)
            try await first.giveUp(lease)
            let taken = try #require(try await second.take("work", for: Self.long))
            #expect(taken.token > lease.token)
            #expect(try await first.take("work", for: Self.long) == nil)
            // Giving up what one no longer has changes nothing.
            try await first.giveUp(lease)
            #expect(try await first.take("work", for: Self.long) == nil)
        }

        @Test("an expired lease is taken over, and its old holder cannot give it up", arguments: Backend.available)
        func expired(_ backend: Backend) async throws {
            let (server, first, second) = try servers(backend)
            defer { withExtendedLifetime(server) {} }
            let old = try #require(try await first.take("work", for: .zero))
            let new = try #require(try await second.take("work", for: Self.long))
            #expect(new.token > old.token)
            try await first.giveUp(old)
            #expect(try await first.take("work", for: Self.long) == nil, "it is not the first one's to give up")
            // Back to the first: a token is never used again.
            try await second.giveUp(new)
            let again = try #require(try await first.take("work", for: Self.long))
            #expect(again.token > new.token)
        }

        @Test("of many that ask at once one gets it", arguments: Backend.available)
        func race(_ backend: Backend) async throws {
            let server = try TestServices(backend, Leases.migrations)
            let holders = try await withThrowingTaskGroup(of: Lease?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await Leases(database: server.database, world: .live).take("work", for: Self.long)
                    }
                }
                return try await group.reduce(into: [Lease]()) { found, lease in if let lease { found.append(lease) } }
            }
            #expect(holders.count == 1)
        }

        @Test("a clock that was set back does not keep a lease alive", arguments: Backend.available)
        func clockSetBack(_ backend: Backend) async throws {
            let (server, first, second) = try servers(backend)
            @Sendable func setBack(_ milliseconds: Int64) async throws {
                try await server.database.write { transaction in
                    _ = try transaction.sql.execute(
                        "UPDATE platform_lease SET expires = expires + ?1", [.integer(milliseconds)])
                }
            }
            _ = try #require(try await first.take("work", for: Self.long))
            try await setBack(1_800_000)
            #expect(try await second.take("work", for: Self.long) == nil, "half an hour is no reason to take it")
            // As if the first server were gone and the machine's clock had been a day ahead.
            try await setBack(86_400_000)
            #expect(try await second.take("work", for: Self.long) != nil)
        }

        @Test(
            "work is cancelled before its lease runs out, although the database does not answer",
            .timeLimit(.minutes(5)), arguments: Backend.available)
        func databaseHangs(_ backend: Backend) async throws {
            let server = try TestServices(backend, Leases.migrations)
            let leases = Leases(database: server.database, world: server.services.world)
            let (cancelled, end) = AsyncStream.makeStream(of: Void.self)
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let work = Task {
                await failure {
                    try await leases.hold("work", for: .seconds(3)) { _ in
                        begin.finish()
                        try? await Task.sleep(for: Self.long)
                        end.finish()
                    }
                }
            }
            for await _ in begun {}
            try await server.whileWritersAreHeld { _ in
                // Nothing can be written until this has come.
                for await _ in cancelled {}
            }
            #expect(await work.value?.code == .unavailable)
        }

        @Test("work runs under a lease, which is given up at its end", arguments: Backend.available)
        func hold(_ backend: Backend) async throws {
            let (server, first, second) = try servers(backend)
            defer { withExtendedLifetime(server) {} }
            let ran = try await first.hold("work", for: Self.long) { lease in
                #expect(lease.name == "work")
                let other = try await second.hold("work", for: Self.long) { _ in Issue.record("two at a time") }
                #expect(other == false)
            }
            #expect(ran)
            #expect(try await second.hold("work", for: Self.long) { _ in })
            let failed = await failure {
                try await first.hold("work", for: Self.long) { _ in throw Failure(.invalid, "no") }
            }
            #expect(failed?.message == "no")
            #expect(try await second.hold("work", for: Self.long) { _ in })
        }

        @Test("work is cancelled when the lease is lost", arguments: Backend.available)
        func lost(_ backend: Backend) async throws {
            let (server, first, second) = try servers(backend)
            let lost = await failure {
                try await first.hold("work", for: Self.long) { lease in
                    // As if this server had stood still for long.
                    try await server.database.write { transaction in
                        _ = try transaction.sql.execute(
                            "UPDATE platform_lease SET holder = 'somebody', token = token + 1, expires = expires + 60000"
                        )
                    }
                    // Ends only by being cancelled.
                    try await Task.sleep(for: Self.long)
                }
            }
            #expect(lost?.code == .conflict)
            #expect(try await second.take("work", for: Self.long) == nil)
        }

        @Test("a lease is prolonged as long as the work lasts", arguments: Backend.available)
        func kept(_ backend: Backend) async throws {
            let (server, first, _) = try servers(backend)
            @Sendable func expiry() async throws -> Int64 {
                try await server.database.read { connection in
                    try connection.first("SELECT expires FROM platform_lease") { $0.integer(0) } ?? 0
                }
            }
            let ran = try await first.hold("work", for: Self.long) { _ in
                let start = try await expiry()
                while try await expiry() < start + 20 { try await Task.sleep(for: .milliseconds(2)) }
            }
            #expect(ran)
            #expect(try await expiry() == 0)
        }

        @Test("the database's clock is that of the machine", arguments: Backend.available)
        func clock(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                let before = World.live.now().milliseconds
                let now = try connection.first("SELECT \(connection.dialect.now)") { $0.integer(0) } ?? 0
                let after = World.live.now().milliseconds
                #expect((before - 1...after + 1).contains(now))
            }
        }
    }
}
