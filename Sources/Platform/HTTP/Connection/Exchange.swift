import Core
import NIOCore
import NIOHTTP1

/// A request and its answer, as a connection sees them. It belongs to the connection's event loop.
final class Exchange {
    /// Where the body of the request goes.
    enum Intake {
        /// There is no call for it: it is read and dropped.
        case dropped
        case whole(Responder.Call)
        case stream(BodyStream)
    }

    /// How far the answer is.
    enum Reply {
        case none
        /// Written piece by piece. `head` is what goes out with the first piece; `left` counts the bytes still to
        /// come, where that is known.
        case streaming(ResponseEncoder.Framing, left: Int?, head: ByteBuffer?)
        case complete
    }

    let id: String
    let head: RequestHead
    let version: HTTPVersion
    let started = NIODeadline.now()
    let isHead: Bool
    let declaredLength: Int?
    /// Whether the client lets the connection be used again.
    var keepsConnection: Bool
    /// Whether the client waits for a word before it sends the body.
    var awaitsContinue = false
    var route: Int?
    var intake = Intake.dropped
    var isRequestComplete = false
    var reply = Reply.none
    var task: Task<Void, Never>?
    var status = 0
    /// The body so far, when it is read whole.
    var collected: [UInt8] = []
    /// Since when there is an answer.
    var answered: NIODeadline?
    var bytesReceived = 0
    var bytesSent = 0
    /// Bytes counted against `ConnectionLimits.heldBytes`, until a handler has them.
    var held = 0
    var intakePace: Pace

    /// - Parameters:
    ///   - peer: who the connection is with.
    ///   - proxies: who of those speaks for others.
    init(
        id: String, _ part: HTTPRequestHead, peer: RequestHead.Client, _ proxies: TrustedProxies,
        _ limits: ConnectionLimits
    ) {
        self.id = id
        let headers = Headers(part.headers.map { ($0.name, $0.value) })
        let origin = proxies.origin(of: headers, peer)
        head = RequestHead(
            method: part.method.rawValue, target: part.uri, headers: headers, client: origin.client, host: origin.host)
        version = part.version
        isHead = part.method == .HEAD
        let hasUpgrade = head.headers["upgrade"] != nil || part.method == .CONNECT
        // The parser reads nothing after a request that would switch protocols, and this server never switches.
        keepsConnection = part.isKeepAlive && !hasUpgrade
        declaredLength = head.headers["content-length"].flatMap { Int($0) }
        intakePace = Pace(limits)
    }

    var hasBody: Bool { (declaredLength ?? 0) > 0 || head.headers["transfer-encoding"] != nil }

    /// Since when nothing but the client is needed for the body to go on; nil while a handler takes it.
    var intakeSince: NIODeadline? {
        switch intake {
        case .whole: started
        case .dropped: answered
        case .stream: nil
        }
    }

    var isReplyComplete: Bool { if case .complete = reply { true } else { false } }
    /// Whether the client has been sent something, so that another answer is impossible.
    var isReplyBegun: Bool {
        switch reply {
        case .none: false
        case .streaming(_, _, let head): head == nil
        case .complete: true
        }
    }

    /// Whether what is left of the body is little enough to be read and dropped.
    var mayDropRest: Bool {
        if isRequestComplete || !hasBody { return true }
        guard !awaitsContinue, let declaredLength else { return false }
        return declaredLength - bytesReceived <= ConnectionLimits.discardedBytes
    }
}
