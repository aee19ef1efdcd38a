import Foundation

/// One executable document: files to write and commands to run, in the order they are told.
///
/// A fenced block whose first line reads ```` ```csv loans.csv ```` is a file. A ```` ```console ```` block holds
/// commands (`$ steward ...`) and below each what it prints, standard output and standard error together. In what is
/// expected a line `...` stands for any number of lines and `...` inside a line for any text; `[exit 2]` states the
/// exit status, which is 0 where nothing is said. A ```` ```server ```` block starts a server of its own, which all
/// commands after it ask; a ```` ```requests ```` block holds requests to it, one a line:
/// `POST /path {"json": "body"}`. A line that begins with `NAME.member = ` keeps the first text of that member in the
/// answer: `$NAME` stands for it in requests, commands and what they print.
struct Spec: Sendable {
    enum Step: Sendable, Equatable {
        case file(name: String, content: String)
        case command(Command)
        case server
        case request(Request)
    }

    struct Request: Sendable, Equatable {
        var line: Int
        var method: String
        var path: String
        var body: String
        /// What is kept of the answer: under which name, which member.
        var name = ""
        var member = ""
    }

    struct Command: Sendable, Equatable {
        var line: Int
        var text: String
        var expected: [String] = []
        var status: Int32 = 0
    }

    struct Malformed: Error, CustomStringConvertible {
        let line: Int
        let description: String
    }

    let steps: [Step]

    init(_ text: String) throws {
        var steps: [Step] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated()
            .makeIterator()
        while let (index, line) = lines.next() {
            guard line.hasPrefix("```") else { continue }
            let info = line.dropFirst(3).split(separator: " ").map(String.init)
            var block: [(line: Int, text: String)] = []
            var isClosed = false
            while let (inner, text) = lines.next() {
                if text.hasPrefix("```") {
                    isClosed = true
                    break
                }
                block.append((inner + 1, text))
            }
            guard isClosed else { throw Malformed(line: index + 1, description: "the block is not closed") }
            if info.first == "console" {
                steps += try Self.commands(block).map(Step.command)
            } else if info == ["server"] {
                steps.append(.server)
            } else if info == ["requests"] {
                steps += try block.map { try .request(Self.request($0.text, line: $0.line)) }
            } else if info.count == 2, info[1].contains("."), !info[1].contains("/") {
                steps.append(.file(name: info[1], content: block.map { $0.text + "\n" }.joined()))
            }
        }
        self.steps = steps
    }

    var commandCount: Int { steps.count { if case .command = $0 { true } else { false } } }

    private static func request(_ text: String, line: Int) throws -> Request {
        guard let match = text.wholeMatch(of: /(?:([A-Z]+)\.(\w+) = )?([A-Z]+) (\/\S*)(?: (.+))?/) else {
            throw Malformed(line: line, description: "no request: METHOD /path BODY")
        }
        return Request(
            line: line, method: String(match.3), path: String(match.4), body: match.5.map(String.init) ?? "",
            name: match.1.map(String.init) ?? "", member: match.2.map(String.init) ?? "")
    }

    private static func commands(_ block: [(line: Int, text: String)]) throws -> [Command] {
        var commands: [Command] = []
        for (line, text) in block {
            if text.hasPrefix("$ ") {
                commands.append(Command(line: line, text: String(text.dropFirst(2))))
            } else if commands.isEmpty {
                throw Malformed(line: line, description: "output without a command")
            } else if text.hasPrefix("[exit "), let status = Int32(text.dropFirst(6).dropLast()) {
                commands[commands.count - 1].status = status
            } else {
                commands[commands.count - 1].expected.append(text)
            }
        }
        for index in commands.indices {
            while commands[index].expected.last == "" { commands[index].expected.removeLast() }
        }
        return commands
    }

    /// The words of a command line: blanks separate, single and double quotes group. There is no shell behind it.
    static func words(_ text: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw Malformed(line: 0, description: "unclosed quote in: \(text)") }
        if let finished = word { words.append(finished) }
        return words
    }
}

enum Pattern {
    /// Do the lines match, where a line `...` stands for any number of lines?
    static func matches(_ expected: ArraySlice<String>, _ actual: ArraySlice<String>) -> Bool {
        guard let first = expected.first else { return actual.isEmpty }
        if first.trimmingCharacters(in: .whitespaces) == "..." {
            return (actual.startIndex...actual.endIndex).contains { matches(expected.dropFirst(), actual[$0...]) }
        }
        guard let line = actual.first, matches(line: line, first) else { return false }
        return matches(expected.dropFirst(), actual.dropFirst())
    }

    static func matches(line: String, _ pattern: String) -> Bool {
        let pieces = pattern.components(separatedBy: "...")
        guard pieces.count > 1 else { return line == pattern }
        guard line.count >= pieces[0].count + pieces[pieces.count - 1].count, line.hasPrefix(pieces[0]),
            line.hasSuffix(pieces[pieces.count - 1])
        else { return false }
        var rest = line.dropFirst(pieces[0].count).dropLast(pieces[pieces.count - 1].count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let range = rest.range(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}
