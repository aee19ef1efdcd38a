import CSupport
import Core
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The descriptors that a child will have, and ours at the other ends of its pipes.
final class ChildStart {
    /// -1: /dev/null.
    private var given: [Int32] = [-1, -1, -1]
    /// Closed when there is no child after all.
    private var own: [Int32] = []

    deinit {
        for end in Set(given) where end >= 0 { close(end) }
        for end in own { close(end) }
    }

    /// - Returns: the end to write to.
    func input() throws(Failure) -> Int32 {
        let ends = try Self.pipe()
        given[0] = ends.reading
        own.append(ends.writing)
        return ends.writing
    }

    /// - Parameter number: 1 for standard output, 2 for standard error.
    /// - Returns: the end to read from.
    func output(_ number: Int) throws(Failure) -> Int32 {
        let ends = try Self.pipe()
        given[number] = ends.writing
        own.append(ends.reading)
        return ends.reading
    }

    /// Standard error goes where standard output goes.
    func merge() { given[2] = given[1] }

    /// - Returns: the process; our ends are the caller's from now on.
    func run(_ words: [String], _ environment: [String: String], _ folder: String?) throws(Failure) -> pid_t {
        let command = Self.guardian + words
        let (process, error) = Starter.shared.run { [given] in
            let arguments = command.map { strdup($0) } + [nil]
            let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
            defer { for text in arguments + variables { free(text) } }
            var process: pid_t = 0
            let error = steward_spawn(&process, arguments, variables, given, folder)
            return (process, error)
        }
        guard error == 0 else { throw Self.failure(error) }
        own = []
        return process
    }

    /// What a command is put behind, so that the system ends it when this process ends.
    private static let guardian: [String] = {
        #if os(Linux)
            ChildProcess.find("setpriv").map { [$0, "--pdeathsig", "KILL", "--"] } ?? []
        #else
            []
        #endif
    }()

    private static func pipe() throws(Failure) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        let error = steward_pipe(&ends)
        guard error == 0 else { throw failure(error) }
        return (ends[0], ends[1])
    }

    private static func failure(_ error: Int32) -> Failure {
        Failure(.unavailable, "a program cannot be started: \(String(cString: strerror(error)))")
    }
}

/// The thread that starts all children. Linux takes the end of the thread that has started a child for the end of its
/// parent, and most threads here do not last.
private final class Starter: Sendable {
    static let shared = Starter()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let arrived = DispatchSemaphore(value: 0)

    private init() {
        Thread {
            while true {
                self.arrived.wait()
                self.jobs.withLock { $0.removeFirst() }()
            }
        }.start()
    }

    /// Runs `body` there and waits for its result.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let (done, answer) = (DispatchSemaphore(value: 0), Answer<Value>())
        jobs.withLock {
            $0.append {
                let value = body()
                answer.value.withLock { $0 = value }
                done.signal()
            }
        }
        arrived.signal()
        while true {
            done.wait()
            if let value = answer.value.withLock({ $0 }) { return value }
        }
    }

    private final class Answer<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
