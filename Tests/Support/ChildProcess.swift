package import Core
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that a test runs. It is given nothing of this process but what is said here: no descriptor (a child that
/// outlives its test would keep whoever waits for the end of our output waiting), no blocked or ignored signal. On Linux
/// it dies with this process, however that ends.
///
/// Not Foundation's `Process`: its `run` has crashed among tests that open and close a thousand connections.
package final class ChildProcess: Sendable {
    package enum Input: Sendable {
        case nothing
        case bytes([UInt8])
        /// Open and silent until this object, or this process, is gone.
        case open
    }

    package enum Output: Sendable {
        case dropped
        case collected
        /// Of standard error: into standard output, in the order it was written.
        case merged
    }

    package struct Ending: Sendable, Equatable {
        /// The exit status, or the number of the signal that ended it.
        package let status: Int32
        package let isSignal: Bool

        package static func exit(_ status: Int32) -> Ending { Ending(status: status, isSignal: false) }
    }

    private let life: ChildLife
    private let output: Collector
    private let error: Collector
    private let lifeline: Int32?

    /// - Parameters:
    ///   - program: a path, or a name to be found in `PATH`.
    ///   - environment: instead of this process's own.
    ///   - folder: to run in, instead of this process's own.
    /// - Throws: `notFound` when there is no such program; `unavailable` when it cannot be started.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil,
        input: Input = .nothing, output outputMode: Output = .dropped, error errorMode: Output = .dropped
    ) throws(Failure) {
        guard let path = Self.find(program) else { throw Failure(.notFound, "there is no program \(program)") }
        let start = ChildStart()
        let given: Int32? = if case .nothing = input { nil } else { try start.input() }
        let shown = outputMode == .dropped ? nil : try start.output(1)
        let complained = errorMode == .collected ? try start.output(2) : nil
        if errorMode == .merged { start.merge() }
        life = ChildLife(try start.run([path] + arguments, environment ?? ProcessInfo.processInfo.environment, folder))
        output = Collector(shown)
        error = Collector(complained)
        if case .open = input { lifeline = given } else { lifeline = nil }
        if case .bytes(let bytes) = input, let given { Self.write(bytes, to: given) }
    }

    deinit { if let lifeline { close(lifeline) } }

    /// Nothing is sent to a process that has ended: its number may be another's by now.
    package func send(_ signal: Int32) { life.send(signal) }

    package var isRunning: Bool { life.ending == nil }

    /// What it has written so far.
    package var outputBytes: [UInt8] { output.bytes }
    package var outputText: String { String(decoding: output.bytes, as: UTF8.self) }
    package var errorText: String { String(decoding: error.bytes, as: UTF8.self) }

    /// Blocks until it has ended and all that it wrote is read.
    package func wait() -> Ending {
        let ending = life.wait()
        output.wait()
        error.wait()
        return ending
    }

    /// As `wait`, on a thread that no task waits for.
    package func waitAside() async -> Ending {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: self.wait()) }.start()
        }
    }

    /// Where a program is; nil when it is not there or may not be run.
    package static func find(_ program: String) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    /// Runs a program to its end.
    /// - Returns: the exit status, or the negative number of the signal that ended it; standard output with standard
    ///   error after it.
    package static func run(
        _ program: String, _ arguments: [String], input: [UInt8] = []
    ) throws(Failure) -> (status: Int32, output: String) {
        let child = try ChildProcess(
            program, arguments, input: .bytes(input), output: .collected, error: .collected)
        let ending = child.wait()
        return (ending.isSignal ? -ending.status : ending.status, child.outputText + child.errorText)
    }

    /// As `run`, on a thread that no task waits for.
    package static func runAside(
        _ program: String, _ arguments: [String], input: [UInt8] = []
    ) async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try run(program, arguments, input: input) }) }.start()
        }
    }

    private static func write(_ bytes: [UInt8], to end: Int32) {
        Thread {
            // A child that does not read to the end is no reason for us to die.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let count = Foundation.write(end, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return }
                    rest = rest.dropFirst(count)
                }
            }
            close(end)
        }.start()
    }
}

/// The process itself, waited for by a thread of its own.
private final class ChildLife: Sendable {
    private let identifier: pid_t
    private let state = Mutex<ChildProcess.Ending?>(nil)
    private let ended = Latch()

    init(_ identifier: pid_t) {
        self.identifier = identifier
        Thread { self.watch() }.start()
    }

    var ending: ChildProcess.Ending? { state.withLock { $0 } }

    func send(_ signal: Int32) {
        state.withLock { ending in if ending == nil { kill(identifier, signal) } }
    }

    func wait() -> ChildProcess.Ending {
        ended.wait()
        return ending ?? .exit(-1)
    }

    private func watch() {
        var information = siginfo_t()
        // Its number stays taken until the lock is held, so that no signal goes to another process.
        while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.withLock { ending in
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            ending = .init(status: signal == 0 ? (status >> 8) & 0xFF : signal, isSignal: signal != 0)
        }
        ended.open()
    }
}

/// Reads a descriptor to its end, on a thread of its own, so that the writer never waits for a reader.
private final class Collector: Sendable {
    private let state = Mutex<[UInt8]>([])
    private let ended = Latch()

    init(_ end: Int32?) {
        guard let end else {
            ended.open()
            return
        }
        Thread { self.read(end) }.start()
    }

    var bytes: [UInt8] { state.withLock { $0 } }

    func wait() { ended.wait() }

    private func read(_ end: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(end, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.withLock { $0 += buffer[..<count] }
        }
        close(end)
        ended.open()
    }
}

/// Closed until it is opened once; then all that wait pass.
private final class Latch: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    func wait() {
        semaphore.wait()
        semaphore.signal()
    }
}
