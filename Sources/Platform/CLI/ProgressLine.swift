import Dispatch
import Synchronization

/// One line on standard error that tells how far long work is. Silent for the first second, and without a terminal
/// it prints a full line every ten seconds instead of redrawing.
package final class ProgressLine: Sendable {
    private struct State {
        let start = DispatchTime.now().uptimeNanoseconds
        var lastShown: UInt64 = 0
        var isDrawn = false
    }

    private let state = Mutex(State())
    private let isTerminal = Terminal.errorIsTerminal

    package init() {}

    /// - Parameters:
    ///   - what: what is being done, in a few words.
    ///   - share: how much of it is done, in [0, 1]; nil when unknown.
    package func update(_ what: String, _ share: Double?) {
        let text: String? = state.withLock { state in
            let now = DispatchTime.now().uptimeNanoseconds
            let interval: UInt64 = isTerminal ? 100_000_000 : 10_000_000_000
            guard now &- state.start > 1_000_000_000, now &- state.lastShown > interval else { return nil }
            state.lastShown = now
            state.isDrawn = isTerminal
            let percent = share.map { " \(Int(($0 * 100).rounded(.down))) %" } ?? ""
            return what + percent
        }
        guard let text else { return }
        Terminal.writeError(isTerminal ? "\r\u{1B}[2K\(text)" : "\(text)\n")
    }

    /// Removes the line, so that what follows starts clean.
    package func clear() {
        let wasDrawn = state.withLock { state in
            defer { state.isDrawn = false }
            return state.isDrawn
        }
        if wasDrawn { Terminal.writeError("\r\u{1B}[2K") }
    }
}
