import Core
import Platform
import TestSupport
import Testing

extension DatabaseContractTests {
    @Suite("migrations")
    struct MigrationTests {
        static let second = Migration(
            "test-002-more",
            """
            ALTER TABLE test_item ADD COLUMN note {text};
            CREATE TABLE test_other (id {pk}, item {text} NOT NULL, number {real}, data {blob});
            CREATE UNIQUE INDEX test_other_item ON test_other (item);
            INSERT INTO test_item (name, value) VALUES ('made; by hand', 1);
            """)
        static let now = Timestamp(milliseconds: 1_700_000_000_000)

        @Test("steps are applied once, later ones when they come", arguments: Backend.available)
        func idempotent(_ backend: Backend) throws {
            let storage = try TestDatabase(backend)
            try Migrations.apply([itemMigration], storage.driver, now: Self.now)
            try Migrations.apply([itemMigration], storage.driver, now: Self.now)
            for _ in 0..<2 { try Migrations.apply([itemMigration, Self.second], storage.driver, now: Self.now) }
            try storage.driver.connect(.writing).withConnection { connection in
                #expect(try connection.itemNames() == ["made; by hand"])
                // Keys are counted up, and given back.
                let insert = "INSERT INTO test_other (item) VALUES (?1) RETURNING id"
                let first = try connection.first(insert, ["x"]) { $0.integer(0) }
                let next = try connection.first(insert, ["y"]) { $0.integer(0) }
                #expect(first == 1 && next == 2)
            }
        }

        @Test("a database of a newer version is refused and left alone", arguments: Backend.available)
        func newer(_ backend: Backend) throws {
            let storage = try TestDatabase(backend)
            try Migrations.apply([itemMigration, Self.second], storage.driver, now: Self.now)
            let refused = #expect(throws: Failure.self) {
                try Migrations.apply([itemMigration], storage.driver, now: Self.now)
            }
            #expect(refused?.code == .unsupported)
            #expect(refused?.message.contains("test-002-more") == true)
        }

        @Test(
            "a step that fails leaves nothing, and what came before it is not kept either", arguments: Backend.available
        )
        func failing(_ backend: Backend) throws {
            let storage = try TestDatabase(backend)
            let broken = Migration(
                "test-002-broken", "CREATE TABLE test_half (id {pk}); INSERT INTO nowhere VALUES (1);")
            #expect(throws: Failure.self) {
                try Migrations.apply([itemMigration, broken], storage.driver, now: Self.now)
            }
            try Migrations.apply([itemMigration, Self.second], storage.driver, now: Self.now)
            try storage.driver.connect(.writing).withConnection { connection in
                #expect(sqlError { try connection.execute("SELECT * FROM test_half") } != nil)
            }
        }

        @Test("several servers that start at once", arguments: Backend.available)
        func atOnce(_ backend: Backend) async throws {
            let storage = try TestDatabase(backend)
            try await withThrowingTaskGroup { group in
                for _ in 0..<6 {
                    group.addTask {
                        try Migrations.apply([itemMigration, Self.second], storage.driver, now: Self.now)
                    }
                }
                try await group.waitForAll()
            }
            try storage.driver.connect(.reading).withConnection { connection in
                let names = try connection.itemNames()
                #expect(names == ["made; by hand"])
            }
        }
    }
}
