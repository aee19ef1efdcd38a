import Dispatch
import Synchronization

/// A bounded queue that several threads take work from, each with a lane of its own. Work for a lane is done by its
/// thread; work without a lane by whichever is free first.
///
/// Database calls block, so they have threads of their own: the pool that runs tasks has as many threads as there are
/// cores and must not wait for a disk.
final class WorkQueue<Work: Sendable>: Sendable {
    private struct State {
        var shared = Line<Work>()
        var lanes: [Line<Work>]
        /// Whether the lane's thread sleeps.
        var isIdle: [Bool]
        var count = 0
        var arrivals = 0
        var isClosed = false
    }

    private let state: Mutex<State>
    private let signals: [DispatchSemaphore]
    let limit: Int

    init(lanes: Int, limit: Int) {
        precondition(lanes > 0)
        self.limit = limit
        signals = (0..<lanes).map { _ in DispatchSemaphore(value: 0) }
        state = Mutex(
            State(lanes: Array(repeating: Line(), count: lanes), isIdle: Array(repeating: false, count: lanes)))
    }

    var lanes: Int { signals.count }
    var count: Int { state.withLock { $0.count } }

    /// - Returns: false when the queue is full or closed; the work was not taken.
    func add(_ work: Work, lane: Int? = nil) -> Bool {
        let (isTaken, woken) = state.withLock { state -> (Bool, Int?) in
            guard !state.isClosed, state.count < limit else { return (false, nil) }
            state.count += 1
            state.arrivals += 1
            if let lane {
                state.lanes[lane].append(work, state.arrivals)
            } else {
                state.shared.append(work, state.arrivals)
            }
            guard let woken = lane ?? state.isIdle.firstIndex(of: true), state.isIdle[woken] else { return (true, nil) }
            state.isIdle[woken] = false
            return (true, woken)
        }
        if let woken { signals[woken].signal() }
        return isTaken
    }

    /// Waits for work and takes up to `most` pieces of it, in the order they came.
    /// - Returns: nothing only when the queue is closed and has nothing left for this lane.
    func take(_ lane: Int, most: Int) -> [Work] {
        while true {
            let taken = state.withLock { state -> [Work]? in
                var taken: [Work] = []
                while taken.count < most, let work = Self.first(&state, lane) { taken.append(work) }
                state.count -= taken.count
                state.isIdle[lane] = taken.isEmpty && !state.isClosed
                return state.isIdle[lane] ? nil : taken
            }
            if let taken { return taken }
            signals[lane].wait()
        }
    }

    private static func first(_ state: inout State, _ lane: Int) -> Work? {
        switch (state.lanes[lane].arrival, state.shared.arrival) {
        case (nil, nil): nil
        case (let own?, let common?) where common < own: state.shared.removeFirst()
        case (nil, _?): state.shared.removeFirst()
        default: state.lanes[lane].removeFirst()
        }
    }

    /// No more work is taken in; what waits is still done.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for lane in state.isIdle.indices { state.isIdle[lane] = false }
        }
        for signal in signals { signal.signal() }
    }
}

/// First in, first out.
private struct Line<Work> {
    /// Work that was taken leaves nil: it may hold a batch of a megabyte, and the array is cut only now and then.
    private var waiting: [(work: Work?, arrival: Int)] = []
    private var head = 0

    /// When the first in line came, relative to others.
    var arrival: Int? { head < waiting.count ? waiting[head].arrival : nil }

    mutating func append(_ work: Work, _ arrival: Int) { waiting.append((work, arrival)) }

    mutating func removeFirst() -> Work? {
        guard head < waiting.count else { return nil }
        let work = waiting[head].work.take()
        head += 1
        if head == waiting.count || head > 1024 {
            waiting.removeFirst(head)
            head = 0
        }
        return work
    }
}
