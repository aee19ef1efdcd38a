import TestSupport
import Testing

/// Runs each test of a suite once for every database there is on this machine: `TestServer` is made over the one whose
/// turn it is. Issues say which one it was.
struct EveryDatabase: SuiteTrait, TestTrait, TestScoping {
    @TaskLocal static var current = Backend.sqlite

    private static let gate = PostgresGate()

    var isRecursive: Bool { true }

    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? nil : self }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        for backend in Backend.available {
            if backend == .postgresql { await Self.gate.enter() }
            defer { if backend == .postgresql { Task { await Self.gate.leave() } } }
            let naming = IssueHandlingTrait.compactMapIssues { issue in
                var issue = issue
                issue.comments.append("on \(backend.rawValue)")
                return issue
            }
            try await naming.provideScope(for: test, testCase: testCase) {
                try await Self.$current.withValue(backend) { try await function() }
            }
        }
    }
}

extension Trait where Self == EveryDatabase {
    static var everyDatabase: Self { Self() }
}

/// Tests that are at work on PostgreSQL at the same time: each has connections of its own.
private actor PostgresGate {
    private var room = 16
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if room > 0 {
            room -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { room += 1 } else { waiting.removeFirst().resume() }
    }
}
