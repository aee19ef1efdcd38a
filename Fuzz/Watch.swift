import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the child tells the parent, in a file both map: the iteration it is in, and how many inputs were accepted.
struct Notes {
    private let words: UnsafeMutablePointer<UInt64>

    init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, 16) == 0,
            let memory = mmap(nil, 16, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else { throw CocoaError(.fileWriteUnknown) }
        close(descriptor)
        words = memory.bindMemory(to: UInt64.self, capacity: 2)
    }

    var iteration: UInt64 {
        get { words[0] }
        nonmutating set { words[0] = newValue }
    }

    var accepted: UInt64 {
        get { words[1] }
        nonmutating set { words[1] = newValue }
    }
}

/// The child: one iteration after another until it is killed.
struct Worker {
    let subject: Subject
    let seed: UInt64
    let notes: String

    func run(from first: UInt64) throws {
        // An input of a few kilobytes must not make a parser ask for gigabytes.
        var limit = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        let notes = try Notes(path: notes)
        let scratch = Scratch(subject)
        let parent = getppid()
        for iteration in first... {
            notes.iteration = iteration
            if (try? scratch.run(subject.input(seed: seed, iteration: iteration))) != nil { notes.accepted += 1 }
            if getppid() != parent { return }
        }
    }
}

/// Where a subject that reads files finds its input.
struct Scratch {
    private let subject: Subject
    private let path: String

    init(_ subject: Subject) {
        self.subject = subject
        let memory = "/dev/shm"
        let folder = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        path = "\(folder)/steward-fuzz-\(getpid()).\(subject.fileExtension ?? "bin")"
    }

    func run(_ input: [UInt8]) throws {
        guard subject.fileExtension != nil else { return try subject.parse(input, "") }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = input.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        defer { unlink(path) }
        try subject.parse(input, path)
    }

    static func remove(process: Int32, subject: Subject) {
        for folder in ["/dev/shm", NSTemporaryDirectory()] {
            unlink("\(folder)/steward-fuzz-\(process).\(subject.fileExtension ?? "bin")")
        }
    }
}

/// The parent: restarts the child after each crash and writes the input down.
struct Watch {
    let subject: Subject
    let seed: UInt64
    let seconds: Double
    let crashes: String

    private static let hangSeconds = 30.0
    private static let mostFindings = 20

    /// - Returns: whether no input crashed or hung the parser.
    func run() throws -> Bool {
        try FileManager.default.createDirectory(atPath: crashes, withIntermediateDirectories: true)
        let path = "\(crashes)/notes-\(getpid())"
        let notes = try Notes(path: path)
        defer { unlink(path) }
        let start = Date()
        var first: UInt64 = 0
        var findings = 0
        while Date().timeIntervalSince(start) < seconds, findings < Self.mostFindings {
            guard let ending = try runChild(from: first, notes: notes, path: path, until: start + seconds) else {
                break
            }
            findings += 1
            first = notes.iteration + 1
            let file = "\(crashes)/\(subject.name)-\(seed)-\(notes.iteration).\(subject.fileExtension ?? "bin")"
            let input = subject.input(seed: seed, iteration: notes.iteration)
            try Data(input).write(to: URL(filePath: file))
            print("\(subject.name): \(ending) in iteration \(notes.iteration); input: \(file)")
        }
        let spent = max(0.001, Date().timeIntervalSince(start))
        let rate = Int(Double(notes.iteration) / spent)
        print(
            "fuzz \(subject.name): \(notes.iteration) inputs in \(Int(spent.rounded())) s (\(rate)/s, "
                + "\(notes.accepted) accepted), seed \(seed): \(findings) crashes or hangs")
        return findings == 0
    }

    /// - Returns: how the child died, or nil when the time was up.
    private func runChild(from first: UInt64, notes: Notes, path: String, until end: Date) throws -> String? {
        let process = Process()
        let own = "/proc/self/exe"
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: own)) ?? CommandLine.arguments[0]
        process.executableURL = URL(filePath: program)
        process.arguments = [subject.name, "--seed", "\(seed)", "--child", path, "--first", "\(first)"]
        // The backtracer would stop the child for seconds at every crash.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        notes.iteration = first
        try process.run()
        defer { Scratch.remove(process: process.processIdentifier, subject: subject) }
        var seen = (iteration: first, time: Date())
        while process.isRunning {
            Thread.sleep(forTimeInterval: 0.1)
            if notes.iteration != seen.iteration { seen = (notes.iteration, Date()) }
            let hangs = Date().timeIntervalSince(seen.time) > Self.hangSeconds
            if hangs || Date() >= end {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                return hangs ? "hang" : nil
            }
        }
        return "crash (signal or status \(process.terminationStatus))"
    }
}
