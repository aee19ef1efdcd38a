import Core
import Platform
import Synchronization

/// Takes a body as it arrives and hands it to a writer in large pieces: while one is written and hashed on a thread of
/// its own, the next one comes in. No more than two of them are held.
actor ArtifactIntake {
    /// Bytes that are worth a change of threads: 512 KiB.
    private static let pieceSize = 512 << 10

    private let writer: any ArtifactWriter
    private let pool: BlockingPool
    private var pieces: [[UInt8]] = []
    private var count = 0
    private var writing: Task<Void, any Error>?

    init(_ writer: any ArtifactWriter, _ pool: BlockingPool) {
        self.writer = writer
        self.pool = pool
    }

    /// - Throws: what an earlier piece met when it was written.
    func take(_ piece: [UInt8]) async throws {
        pieces.append(piece)
        count += piece.count
        if count >= Self.pieceSize { try await write() }
    }

    /// Waits until all is written.
    func finish() async throws {
        if count > 0 { try await write() }
        try await writing?.value
        writing = nil
    }

    private func write() async throws {
        try await writing?.value
        let batch = pieces
        pieces = []
        count = 0
        writing = Task { [writer, pool] in
            try await pool.run { for piece in batch { try writer.append(piece) } }
        }
    }
}

/// Lets one through at a time and turns the others away.
final class RepairGate: Sendable {
    private let isBusy = Atomic<Bool>(false)

    func enter() -> Bool { isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged }
    func leave() { isBusy.store(false, ordering: .releasing) }
}
