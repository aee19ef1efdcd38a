import Core
import Foundation
import Migration
import Platform
import TestSupport
import Testing

@Suite("Import of users")
struct UserImportTests {
    /// Werkzeug's form; of what password does not matter here.
    private static let hash = "scrypt:32768:8:1$saltsaltsalt$" + String(repeating: "0f", count: 64)

    /// A database of the basic-auth app of 3.x with an administrator and `bob`, who is in a role of either workspace.
    private func accounts(_ fixture: MigrationFixture, revision: String, _ script: String) throws -> String {
        let path = "\(fixture.folder)/basic_auth.db"
        try MigrationFixture.write(SQLiteDriver(path: path)) { sql in
            try sql.run(
                script: """
                    CREATE TABLE alembic_version_auth (version_num TEXT);
                    INSERT INTO alembic_version_auth VALUES ('\(revision)');
                    CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT, is_admin BOOLEAN);
                    INSERT INTO users VALUES (1, 'ann', '\(Self.hash)', 1), (2, 'bob', '\(Self.hash)', 0);
                    CREATE TABLE experiment_permissions (id INTEGER PRIMARY KEY, experiment_id TEXT, user_id INTEGER,
                        permission TEXT);
                    CREATE TABLE registered_model_permissions (id INTEGER PRIMARY KEY, workspace TEXT, name TEXT,
                        user_id INTEGER, permission TEXT);
                    CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT, workspace TEXT);
                    INSERT INTO roles VALUES (1, 'ours', 'default'), (2, 'theirs', 'other');
                    CREATE TABLE role_permissions (id INTEGER PRIMARY KEY, role_id INTEGER, resource_type TEXT,
                        resource_pattern TEXT, permission TEXT);
                    CREATE TABLE user_role_assignments (id INTEGER PRIMARY KEY, user_id INTEGER, role_id INTEGER);
                    INSERT INTO user_role_assignments (user_id, role_id) VALUES (2, 1), (2, 2);
                    \(script)
                    """)
        }
        return path
    }

    private func fixture() throws -> MigrationFixture {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 1)
        try fixture.mlflow { sql in
            try sql.run(script: "INSERT INTO registered_models (name, creation_time) VALUES ('m', 1), ('n', 1);")
        }
        return fixture
    }

    /// What bob may do, as `target:level`.
    private func grants(_ fixture: MigrationFixture) throws -> String {
        try fixture.text(
            """
            SELECT group_concat(it, ' ') FROM (SELECT g.target || ':' || COALESCE(g.level, 'none') AS it
            FROM access_grant g JOIN access_user u ON u.id = g.user_id WHERE u.name = 'bob' ORDER BY it)
            """)
    }

    @Test("roles of other workspaces give nothing, and prompts together no rights over all models")
    func roles() async throws {
        let fixture = try fixture()
        let users = try accounts(
            fixture, revision: "f1a2b3c4d5e6",
            """
            INSERT INTO role_permissions (role_id, resource_type, resource_pattern, permission) VALUES
                (1, 'experiment', '7', 'EDIT'), (1, 'prompt', '*', 'MANAGE'), (1, 'prompt', 'm', 'READ'),
                (2, 'experiment', '*', 'MANAGE'), (2, 'registered_model', 'n', 'MANAGE');
            INSERT INTO experiment_permissions (experiment_id, user_id, permission) VALUES ('0', 2, 'MANAGE');
            """)
        let report = try await fixture.run { $0.users = users }
        #expect(report.isComplete && report.users?.written == 2)
        #expect(try grants(fixture) == "7:edit m:read")
        #expect(report.findings.contains { $0.kind == "rights over all prompts" && $0.text.hasPrefix("1 ") })
    }

    @Test("what refuses all prompts refuses")
    func refusal() async throws {
        let fixture = try fixture()
        let users = try accounts(
            fixture, revision: "f1a2b3c4d5e6",
            """
            INSERT INTO role_permissions (role_id, resource_type, resource_pattern, permission) VALUES
                (1, 'prompt', '*', 'DENY');
            """)
        #expect(try await fixture.run { $0.users = users }.isComplete)
        #expect(try grants(fixture) == "*:none")
    }

    @Test("before permissions moved into roles, they are read from where they were")
    func beforeRoles() async throws {
        let fixture = try fixture()
        let users = try accounts(
            fixture, revision: "c3d4e5f6a7b8",
            """
            INSERT INTO role_permissions (role_id, resource_type, resource_pattern, permission) VALUES
                (1, 'experiment', '*', 'MANAGE');
            INSERT INTO experiment_permissions (experiment_id, user_id, permission) VALUES ('0', 2, 'EDIT');
            INSERT INTO registered_model_permissions (workspace, name, user_id, permission) VALUES
                ('default', 'm', 2, 'READ'), ('other', 'n', 2, 'MANAGE');
            """)
        #expect(try await fixture.run { $0.users = users }.isComplete)
        #expect(try grants(fixture) == "0:edit m:read")
    }

    @Test("rights over what has not come stay behind")
    func rightsOverNothing() async throws {
        let fixture = try fixture()
        #expect(try await fixture.run().isComplete)
        // Number 7 means another experiment in the source now, and 'm' another model; 12 and 'x' are nowhere.
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    UPDATE experiments SET name = 'renamed' WHERE experiment_id = 7;
                    UPDATE registered_models SET description = 'other' WHERE name = 'm';
                    """)
        }
        let users = try accounts(
            fixture, revision: "f1a2b3c4d5e6",
            """
            INSERT INTO role_permissions (role_id, resource_type, resource_pattern, permission) VALUES
                (1, 'experiment', '7', 'MANAGE'), (1, 'experiment', '12', 'MANAGE'), (1, 'experiment', '0', 'EDIT'),
                (1, 'registered_model', 'm', 'MANAGE'), (1, 'registered_model', 'x', 'MANAGE'),
                (1, 'registered_model', 'n', 'EDIT');
            """)
        let report = try await fixture.run {
            $0.users = users
            $0.skipsConflicts = true
        }
        #expect(try grants(fixture) == "0:edit n:edit")
        #expect(report.findings.contains { $0.sort == .note && $0.key == "bob" && $0.text.hasPrefix("4 rights") })
    }
}
