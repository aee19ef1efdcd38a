import Testing

/// Core and the engines never suspend, never read a clock, never touch the network, and draw no unseeded random number.
@Suite("Engines")
struct EngineTests {
    private static let engines: Set<String> = ["Core", "Statistics", "Tables", "Policy"]
    private static var sources: [SwiftSource] { SourceTree.swift.filter { engines.contains($0.target) } }

    private func findings(words: [String], fragments: [String] = [], _ reason: String) -> [Finding] {
        Self.sources.flatMap { source in
            words.flatMap { word in
                source.lines(withWord: word).map { source.finding($0, "\(word): \(reason)") }
            }
                + fragments.flatMap { fragment in
                    source.lines(withFragment: fragment).map { source.finding($0, "\(fragment): \(reason)") }
                }
        }
    }

    @Test("engines are synchronous")
    func synchronous() {
        let found = findings(
            words: ["async", "await", "actor", "TaskGroup", "AsyncSequence", "AsyncStream"],
            fragments: ["Task {", "Task(", "Task.", "withTaskGroup", "withThrowingTaskGroup"],
            "Core and the engines never suspend"
            // The type of a function that others write and call is no suspension.
        ).filter { !$0.path.hasPrefix("Sources/Core/World/") }
        expectNone(found)
    }

    @Test("engines read no clock")
    func noClock() {
        let found = findings(
            words: ["ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "CFAbsoluteTimeGetCurrent"],
            fragments: ["Date()", "Date.now", "time(nil)", "DispatchTime.now", "DispatchWallTime.now", "Thread.sleep"],
            "the time is an argument")
        expectNone(found)
    }

    @Test("engines do not touch the network")
    func noNetwork() {
        let found = findings(
            words: ["URLSession", "URLRequest", "FoundationNetworking", "getaddrinfo", "NWConnection"],
            fragments: ["socket("], "engines do not touch the network")
        expectNone(found)
    }

    @Test("only Tables opens files")
    func noFiles() {
        let found = findings(
            words: ["FileManager", "FileHandle", "fopen", "mmap"], fragments: ["open("], "only Tables opens files"
        ).filter { !$0.path.hasPrefix("Sources/Tables/") }
        expectNone(found)
    }

    @Test("randomness is seeded")
    func seeded() {
        var found = findings(
            words: ["SystemRandomNumberGenerator", "arc4random", "arc4random_uniform", "drand48", "getrandom"],
            fragments: ["rand()", "UUID()"], "use SeededRandom")
        for source in Self.sources {
            for (index, line) in source.code.enumerated() {
                for call in [".random(", ".shuffled(", ".shuffle(", ".randomElement("] where line.contains(call) {
                    // swift-format puts the arguments of a wrapped call on the next lines.
                    let statement = source.code[index..<min(index + 4, source.code.count)].joined(separator: " ")
                    if !statement.contains("using:") {
                        found.append(source.finding(index + 1, "\(call)...) without `using:`: use SeededRandom"))
                    }
                }
            }
        }
        expectNone(found)
    }

    @Test("JSON is known at the edges only; nothing is Codable")
    func jsonAtTheEdges() {
        // Pure numbers and the nouns of a domain do not know how they are written down.
        let inner = ["Sources/Statistics/", "Sources/Monitoring/Model/", "Sources/Monitoring/Logic/"]
        var found: [Finding] = []
        for source in SourceTree.swift {
            // Foundation's coders cost ten times Core's parser, and silently decide the wire format.
            for word in ["JSONSerialization", "JSONEncoder", "JSONDecoder", "Codable", "Encodable", "Decodable"] {
                found += source.lines(withWord: word).map { source.finding($0, "\(word): use Core's JSON at the edge") }
            }
            guard inner.contains(where: source.path.hasPrefix) else { continue }
            for word in ["JSON", "JSONParser"] {
                found += source.lines(withWord: word).map { source.finding($0, "\(word) belongs to the edge") }
            }
        }
        expectNone(found)
    }
}
