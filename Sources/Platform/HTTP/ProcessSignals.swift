import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The signals that tell a server to stop, and the one that tells it to read its files again.
///
/// The sources are made here and cancelled once; Dispatch takes both from any thread, but does not say so in Swift.
final class ProcessSignals: @unchecked Sendable {
    /// Each signal as it comes.
    let all: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    private static let numbers = [SIGTERM, SIGINT, SIGHUP]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        all = stream
        sources = Self.numbers.map { number in
            // The default action comes before any source and would end the process.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    /// Gives the signals their own effect again.
    func restore() {
        for source in sources { source.cancel() }
        for number in Self.numbers { signal(number, SIG_DFL) }
    }
}
