import NIOCore

/// What a client may take of the server's time and memory.
package struct ConnectionLimits: Sendable {
    /// Open connections. One more closes the one that has been idle longest; when all are at work it is answered 503.
    package var connections = 8192
    /// A head must be complete so long after its first byte.
    package var headTime = Duration.seconds(10)
    /// A connection on which nothing happens between requests is closed after this time.
    package var idleTime = Duration.seconds(120)
    /// Within each such time that the server waits for a body, `rate` bytes per second must come; the same holds for
    /// what the client takes of an answer.
    package var paceTime = Duration.seconds(20)
    /// Bytes per second.
    package var rate = 512
    /// What has been written for a client must be taken by it within this time, however much it is. A download that
    /// streams is written as it is taken, so this bounds no download.
    package var takeTime = Duration.seconds(600)
    /// How long what a client still sends after its answer is read and dropped, so that it can read that answer.
    package var lingerTime = Duration.seconds(5)
    /// Header fields of a request; a usual one has ten.
    package var headerCount = 100
    /// One header field, name and value, in bytes; also the request target.
    package var headerFieldBytes = 16 << 10
    /// All header fields and the target together, in bytes.
    package var headerBytes = 64 << 10
    /// Bytes of request bodies that are held for handlers, of all connections together; beyond it 503. A body that is
    /// taken while it arrives counts with what may wait of it, `streamBytes`.
    package var heldBytes = 256 << 20
    /// Bytes of answers that wait for their clients, of all connections together. Beyond it those clients are cut that
    /// have been behind longest.
    package var waitingBytes = 256 << 20
    /// Connections beyond the limit that are told so at the same time; more are closed without a word, because each
    /// costs a descriptor until its client has read the answer.
    package var refusals = 256

    package init() {}

    /// Bytes of an answer that may wait for a client before a stream is told to wait: 256 KiB; it goes on at 64 KiB.
    static let writeWaterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 64 << 10, high: 256 << 10)
    /// Bytes of a body that may wait for the handler that takes it while it arrives: 256 KiB.
    static let streamBytes = 256 << 10
    /// What is left of a body that nobody wants is read so far, to keep the connection: 64 KiB.
    static let discardedBytes = 64 << 10
    /// A request with a larger body is not handled on its connection's event loop: 64 KiB.
    static let eventLoopBytes = 64 << 10
    /// How often connections are looked at.
    static let sweepInterval = TimeAmount.milliseconds(250)
    /// A body that is read whole and takes longer than this gives way when there are too many connections.
    static let slowBodyTime = Duration.seconds(5)
    /// How long a client beyond the limit has to read that it is.
    static let refusalTime = TimeAmount.seconds(1)
    /// How long no connection is accepted after the system could not give one.
    static let acceptPause = TimeAmount.milliseconds(50)
    /// When the server stops, an idle connection stays open so long: a request may be on its way.
    static let quietTime = Duration.seconds(1)
}

/// Whether the other side keeps up a minimum rate. Only time in which the server waits for it counts.
struct Pace {
    private let time: Int64
    private let bytesPerWindow: Int
    private var waited: Int64 = 0
    private var bytes = 0
    private var since: NIODeadline?

    init(_ limits: ConnectionLimits) {
        time = limits.paceTime.nanoseconds
        bytesPerWindow = max(1, Int(Double(limits.rate) * Double(time) / 1e9))
    }

    mutating func startWaiting(_ now: NIODeadline) { if since == nil { since = now } }

    mutating func stopWaiting(_ now: NIODeadline) {
        if let since { waited += (now - since).nanoseconds }
        since = nil
    }

    mutating func count(_ more: Int) { bytes += more }

    /// - Returns: true once a whole window has been waited through with too few bytes.
    mutating func isTooSlow(_ now: NIODeadline) -> Bool {
        if since != nil {
            stopWaiting(now)
            since = now
        }
        guard waited >= time else { return false }
        defer { (waited, bytes) = (0, 0) }
        return bytes < bytesPerWindow
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
