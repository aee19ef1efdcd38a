import Core
import NIOCore
import Synchronization

/// A body on its way from a connection to a handler. The connection pushes what arrives and stops reading while more
/// than `ConnectionLimits.streamBytes` wait; the handler takes all that waits at once. One task reads.
final class BodyStream: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isEnded = false
        var failure: Failure?
        var reader: CheckedContinuation<Void, Never>?
        var isTooLarge = false
        /// Whether the connection was told to stop reading.
        var isFull = false
    }

    private let state = Mutex(State())
    private let resume: @Sendable () -> Void

    /// - Parameter resume: called when the connection may read again after `push` had said no.
    init(resume: @escaping @Sendable () -> Void) { self.resume = resume }

    var isTooLarge: Bool { state.withLock { $0.isTooLarge } }

    func markTooLarge() { state.withLock { $0.isTooLarge = true } }

    // MARK: The connection's side

    /// - Returns: whether there is room for more.
    func push(_ buffer: ByteBuffer) -> Bool {
        let (reader, hasRoom) = state.withLock { state in
            // More is on its way: an array that grows step by step would be copied at each.
            if state.waiting.isEmpty, buffer.readableBytes >= ConnectionLimits.streamBytes / 8 {
                state.waiting.reserveCapacity(ConnectionLimits.streamBytes + buffer.readableBytes)
            }
            state.waiting.append(contentsOf: buffer.readableBytesView)
            state.isFull = state.waiting.count >= ConnectionLimits.streamBytes
            return (state.reader.take(), !state.isFull)
        }
        reader?.resume()
        return hasRoom
    }

    func end() { finish(nil) }

    /// The body will not be complete: the reader gets `failure` after what has arrived.
    func fail(_ failure: Failure) { finish(failure) }

    private func finish(_ failure: Failure?) {
        let reader = state.withLock { state in
            if !state.isEnded {
                state.isEnded = true
                state.failure = failure
            }
            return state.reader.take()
        }
        reader?.resume()
    }

    // MARK: The handler's side

    private enum Step {
        case piece([UInt8], mayResume: Bool)
        case end
        case wait
    }

    /// - Returns: what has arrived, at least one byte; nil at the end.
    func next() async throws(Failure) -> [UInt8]? {
        while true {
            switch try step() {
            case .piece(let bytes, let mayResume):
                if mayResume { resume() }
                return bytes
            case .end: return nil
            case .wait:
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        guard state.waiting.isEmpty, !state.isEnded else { return true }
                        state.reader = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            }
        }
    }

    private func step() throws(Failure) -> Step {
        let (step, failure): (Step, Failure?) = state.withLock { state in
            if !state.waiting.isEmpty {
                let step = Step.piece(state.waiting, mayResume: state.isFull && !state.isEnded)
                state.waiting = []
                state.isFull = false
                return (step, nil)
            }
            return state.isEnded ? (.end, state.failure) : (.wait, nil)
        }
        if let failure { throw failure }
        return step
    }
}
