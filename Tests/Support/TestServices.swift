package import Core
import Foundation
package import Platform
import Synchronization

/// What a domain is built from, over a database of its own: a clock that goes on by itself, events kept in a list.
package final class TestServices: Sendable {
    package let services: Services
    package let events = EventList()
    package let clock: TestClock
    package let storage: TestDatabase
    private let artifacts: TestArtifacts

    package var database: Database { services.database }

    /// - Parameters:
    ///   - migrations: in the order they are applied; those of the domain under test.
    ///   - recorder: takes the events instead of `events`.
    package init(
        _ backend: Backend, _ migrations: [Migration], limits: Database.Limits = Database.Limits(),
        recorder: (any EventRecorder)? = nil
    ) throws {
        storage = try TestDatabase(backend)
        artifacts = try TestArtifacts()
        clock = TestClock()
        try Migrations.apply(migrations, storage.driver, now: clock.next())
        var world = World.live
        world.now = { [clock] in clock.next() }
        services = Services(
            database: try Database(driver: storage.driver, recorder: recorder ?? events, limits: limits), world: world,
            artifacts: artifacts.store, pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))
    }

    deinit { services.database.close() }
}

/// What was recorded, instead of an event log.
package final class EventList: EventRecorder {
    private let list = Mutex<[PendingEvent]>([])

    package init() {}

    package func check(_ event: PendingEvent) {}
    package func append(_ events: [PendingEvent], _ connection: any SQLConnection) { list.withLock { $0 += events } }
    package func committed() {}

    package var events: [Event] { list.withLock { $0.map(\.event) } }
    package var kinds: [String] { events.map(\.kind) }
    package var subjects: [String] { events.map(\.subject) }
}

/// A clock that moves by a millisecond whenever it is looked at, and when it is told to.
package final class TestClock: Sendable {
    private let time: Mutex<Int64>

    package init(_ start: Timestamp = Timestamp(milliseconds: 1_700_000_000_000)) {
        time = Mutex(start.milliseconds)
    }

    package func next() -> Timestamp { advance(milliseconds: 1) }

    @discardableResult
    package func advance(milliseconds: Int64) -> Timestamp {
        time.withLock { time in
            time += milliseconds
            return Timestamp(milliseconds: time)
        }
    }
}

/// An artifact store in a folder that is removed with this object.
package final class TestArtifacts: Sendable {
    package let store: LocalArtifactStore
    private let folder: String

    package init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "steward-\(UUID().uuidString)").path
        store = try LocalArtifactStore(root: folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
