import Core
import Dispatch

/// One reading of a CSV file from first to last row.
///
/// Threads take blocks one after the other, parse them at the same time, and hand in the results in the order of the
/// file. A block is parsed by the modes known when it is taken, so that what it hands in may have to be parsed again.
final class CSVPass: @unchecked Sendable {
    private let input: CSVInput
    private let columns: CSVColumns
    private let sink: any CSVSink
    private let options: ReadOptions
    private let progress: ClosedRange<Double>
    private let reading = Turnstile()
    private let turn = Turnstile()
    // Under `reading`.
    private var blocks = 0
    private var ended = false
    // Under `turn`.
    private var failure: Failure?

    /// - Parameter progress: the part of the whole work that this pass is.
    init(
        _ input: CSVInput, _ columns: CSVColumns, _ sink: any CSVSink, _ options: ReadOptions,
        progress: ClosedRange<Double>
    ) {
        self.input = input
        self.columns = columns
        self.sink = sink
        self.options = options
        self.progress = progress
    }

    func run() throws(Failure) {
        let threads = max(1, min(options.threads ?? Processors.count, 64))
        // A small file is not worth a thread.
        let useful = (input.source.knownSize ?? .max) / options.blockBytes + 1
        DispatchQueue.concurrentPerform(iterations: min(threads, useful)) { _ in work() }
        if let failure { throw failure }
    }

    private func work() {
        guard let parser = CSVParser(columns, input.header.delimiter, options) else {
            turn.exclusively { failure = failure ?? Failure(.exhausted, "no memory to read \(input.path)") }
            return
        }
        let block = CSVBlock()
        while true {
            let taken = reading.exclusively { take(block) }
            guard case .success(let isMore) = taken, isMore else {
                if case .failure(let failed) = taken {
                    inTurn(block.index) { () throws(Failure) in throw failed }
                }
                return
            }
            parser.parse(block, turn.exclusively { columns.modes })
            inTurn(block.index) { () throws(Failure) in
                try columns.settle(parser, block, input)
                try sink.append(columns, parser)
            }
        }
    }

    /// The next block, and its number in the file. A failure to read it has a number, too, so that an error of an
    /// earlier block comes first.
    private func take(_ block: CSVBlock) -> Result<Bool, Failure> {
        guard !ended && turn.exclusively({ failure == nil }) else { return .success(false) }
        block.index = blocks
        do throws(Failure) {
            guard try input.next(into: block) else {
                ended = true
                return .success(false)
            }
            blocks += 1
            options.progress?(progress.lowerBound + (progress.upperBound - progress.lowerBound) * input.source.fraction)
            return .success(true)
        } catch {
            blocks += 1
            ended = true
            return .failure(error)
        }
    }

    private func inTurn(_ ticket: Int, _ body: () throws(Failure) -> Void) {
        turn.wait(for: ticket)
        if turn.exclusively({ failure == nil }) {
            do throws(Failure) {
                try body()
            } catch {
                turn.exclusively { failure = error }
            }
        }
        turn.callNext()
    }
}

/// Takes the rows of a file, block by block, in order.
protocol CSVSink: AnyObject {
    /// The rows of `parser.rows`; the modes of its columns are those of `columns`.
    func append(_ columns: CSVColumns, _ parser: CSVParser) throws(Failure)
}
