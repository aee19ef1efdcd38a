import Core
import Platform
import Testing

@Suite("Database location")
struct DatabaseLocationTests {
    @Test(
        "paths",
        arguments: [
            ("steward.db", "steward.db"), ("./data/x.db", "./data/x.db"), ("/var/lib/steward/x", "/var/lib/steward/x"),
            ("sqlite:///relative.db", "relative.db"), ("sqlite:////absolute.db", "/absolute.db"),
            ("odd:name.db", "odd:name.db"), ("postgresql", "postgresql"),
        ])
    func paths(_ text: String, _ path: String) throws {
        #expect(try DatabaseLocation(text) == .sqlite(path: path))
    }

    @Test(
        "addresses of PostgreSQL are shown without user and password",
        arguments: [
            ("postgresql://steward:s3cret@db.example:5433/prod?sslmode=require", "postgresql://db.example:5433/prod"),
            ("postgres://u@h/d", "postgresql://h/d"),
            ("postgresql:///d?host=/tmp/x&password=s3cret", "postgresql:///tmp/x/d"),
            ("postgresql://u:p%40ss@[::1]/d", "postgresql://::1/d"),
            ("postgresql://a:1,b:2/d?target_session_attrs=read-write", "postgresql://a,b:1,2/d"),
        ])
    func addresses(_ text: String, _ shown: String) throws {
        let location = try DatabaseLocation(text)
        guard case .postgresql = location else {
            Issue.record("\(location)")
            return
        }
        #expect(location.description == shown)
    }

    @Test(
        "what cannot be read is refused without repeating it",
        arguments: [
            "", "mysql://u:s3cret@h/d", "postgresql+psycopg2://u:s3cret@h/d", "sqlite://x", "sqlite:///",
            "postgresql://u:s3cret@h:port/d", "postgresql://u:s3cret@h/d?nosuch=1", "postgresql://u:s3cret%zz@h/d",
            "postgresql://u:s3cret@[::1/d",
        ])
    func refused(_ text: String) {
        let failed = #expect(throws: Failure.self) { try DatabaseLocation(text) }
        #expect(failed?.code == .invalid)
        #expect(failed?.hint != nil)
        #expect(String(describing: failed).contains("s3cret") == false)
    }
}
