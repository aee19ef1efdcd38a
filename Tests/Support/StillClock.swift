package import Core
import Platform
import Synchronization

/// A clock that stands still until it is moved.
package final class StillClock: Sendable {
    package init() {}

    private let time = Mutex<Int64>(1_700_000_000_000)

    package var now: Timestamp { Timestamp(milliseconds: time.withLock { $0 }) }

    package func advance(milliseconds: Int64) { time.withLock { $0 += milliseconds } }

    /// The real world but for the time.
    package var world: World {
        var world = World.live
        world.now = { self.now }
        return world
    }
}
