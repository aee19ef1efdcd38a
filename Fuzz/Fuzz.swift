import ArgumentParser
import Foundation

/// A seeded mutation fuzzer: changes known-good inputs, gives them to a parser, and reports every input that makes the
/// process crash or hang. Parsers may refuse an input; they may not die of it.
///
/// The parser runs in a child process. The input of an iteration depends on the seed and the iteration alone, and the
/// child notes each iteration in shared memory before it starts, so the parent can write down the input that killed it.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steward-fuzz", abstract: "Feeds mutated inputs to a parser.")

    @Argument(help: "\(Subject.all.map(\.name).joined(separator: ", ")), or all.")
    var subject: String

    @Option(help: "How long to run, per parser.")
    var seconds = 60.0

    @Option(help: "Seed of the mutations.")
    var seed: UInt64 = 1

    @Option(help: "Folder for inputs that crash or hang a parser.")
    var crashes = ".build/fuzz"

    @Option(help: .hidden)
    var child: String?

    @Option(help: .hidden)
    var first: UInt64 = 0

    @Option(help: "Run one iteration only, in this process.")
    var iteration: UInt64?

    func run() throws {
        let subjects = Subject.all.filter { subject == "all" || $0.name == subject }
        guard !subjects.isEmpty else { throw ValidationError("no parser is called \(subject)") }
        if let iteration {
            let input = subjects[0].input(seed: seed, iteration: iteration)
            try Scratch(subjects[0]).run(input)
            return
        }
        if let child {
            try Worker(subject: subjects[0], seed: seed, notes: child).run(from: first)
            return
        }
        var isClean = true
        for subject in subjects {
            let watch = Watch(subject: subject, seed: seed, seconds: seconds, crashes: crashes)
            if try !watch.run() { isClean = false }
        }
        if !isClean { throw ExitCode(1) }
    }
}
