import Core
import NIOCore
import NIOHTTP1

/// One client: reads its requests, lets them be answered one after the other, and keeps it to its limits.
///
/// The channel reads only when it is asked to, so a client that sends faster than it is served waits in its own socket
/// buffer. All state belongs to the channel's event loop; handlers run in tasks elsewhere and come back by `execute`.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Nothing of a next request has come.
        case waiting(since: NIODeadline)
        /// Bytes have come, but no whole head.
        case head(since: NIODeadline)
        case exchange(Exchange)
        /// The last answer is written; what still comes is dropped.
        case lingering(since: NIODeadline)
        case closed
    }

    let table: ConnectionTable
    let isTLS: Bool
    var context: ChannelHandlerContext?
    var phase = Phase.waiting(since: .now())
    /// What has been read and not been looked at: the beginning of a next request while one is being answered.
    var pending = CircularBuffer<HTTPServerRequestPart>()
    var partsInRead = 0
    var nextHasBegun = false
    var isAdvancing = false
    /// The client will send nothing more.
    var isInputClosed = false
    var isInputBroken = false
    var isStreamFull = false
    /// A stream that waits until the client has taken something.
    var writer: CheckedContinuation<Void, any Error>?
    /// Bytes handed to the channel, and, at the last look, how many of them the client had taken and how many waited.
    var written = 0
    var taken = 0
    var backlog = 0
    /// What had been written at some moment when not all of it was taken. A next moment is chosen once it is.
    var behind: (written: Int, since: NIODeadline)?
    var replyPace: Pace
    var client: String?
    var peer: RequestHead.Client { RequestHead.Client(client, isSecure: isTLS) }

    init(_ table: ConnectionTable, isTLS: Bool) {
        self.table = table
        self.isTLS = isTLS
        replyPace = Pace(table.limits)
    }

    var responder: Responder { table.responder }

    /// Since when this connection could have been closed to make room: nothing is under way, a head does not get
    /// finished, or neither does a body that is read whole or that nobody wants any more. Nil while a request is being
    /// answered or streamed.
    func dispensableSince(_ now: NIODeadline) -> NIODeadline? {
        switch phase {
        case .waiting(let since), .head(let since): return since
        case .exchange(let exchange):
            guard !exchange.isRequestComplete, let since = exchange.intakeSince,
                (now - since).nanoseconds > ConnectionLimits.slowBodyTime.nanoseconds
            else { return nil }
            return since
        case .lingering(let since): return since
        case .closed: return nil
        }
    }

    func close() { context?.close(promise: nil) }
}

// MARK: - Events of the channel

extension Connection {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { opened(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        opened(context)
        context.fireChannelActive()
    }

    private func opened(_ context: ChannelHandlerContext) {
        client = context.channel.remoteAddress?.ipAddress
        phase = .waiting(since: .now())
        table.add(self)
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .exchange(let exchange) = phase {
            exchange.task?.cancel()
            if case .stream(let stream) = exchange.intake { stream.fail(Self.clientGone) }
            if !exchange.isReplyComplete { finish(exchange, isCut: true) }
        }
        phase = .closed
        pending.removeAll()
        writer.take()?.resume(throwing: Self.clientGone)
        table.remove(self)
        self.context = nil
        countBacklog(.now())
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partsInRead += 1
        pending.append(unwrapInboundIn(data))
        advance()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes that made no part: the beginning of a head, or of a TLS handshake.
        if partsInRead == 0, !isInputClosed {
            switch phase {
            case .waiting: phase = .head(since: .now())
            case .exchange(let exchange): nextHasBegun = exchange.isRequestComplete && pending.isEmpty
            case .head, .lingering, .closed: break
            }
        }
        partsInRead = 0
        readMore()
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            isInputClosed = true
            advance()
            switch phase {
            case .waiting, .head, .lingering: context.close(promise: nil)
            case .exchange(let exchange) where !exchange.isRequestComplete: context.close(promise: nil)
            case .exchange, .closed: break
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        countBacklog(.now())
        if context.channel.isWritable {
            writer.take()?.resume()
            advance()
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, error != .invalidEOFState else {
            // A reset, a failed handshake, an end in the middle of a request: nobody is there to be answered.
            context.close(promise: nil)
            return
        }
        isInputBroken = true
        switch phase {
        case .waiting, .head: answerMalformed(error)
        case .exchange(let exchange):
            if exchange.isRequestComplete {
                exchange.keepsConnection = false
            } else {
                exchange.isRequestComplete = true
                exchange.keepsConnection = false
                let failure = Failure(.invalid, "the body of the request is malformed")
                if case .stream(let stream) = exchange.intake {
                    stream.fail(failure)
                } else {
                    refuse(exchange, failure, 400)
                }
            }
            advance()
        case .lingering, .closed: break
        }
    }

    static let clientGone = Failure(.invalid, "the client is gone")

    private func answerMalformed(_ error: HTTPParserError) {
        let (failure, status) =
            switch error {
            case .headerOverflow:
                (Failure(.invalid, "the head of the request is too large", hint: "Send fewer or shorter headers."), 431)
            case .invalidVersion: (Failure(.unsupported, "only HTTP/1.0 and HTTP/1.1 are spoken here"), 505)
            default: (Failure(.invalid, "this is no HTTP/1.1 request"), 400)
            }
        answerWithoutHead(failure, status)
    }

    /// For a request whose head did not come, or not whole.
    func answerWithoutHead(_ failure: Failure, _ status: Int) {
        let head = HTTPRequestHead(version: .http1_1, method: .RAW(value: "-"), uri: "/")
        let exchange = Exchange(id: responder.makeID(), head, peer: peer, .none, table.limits)
        exchange.isRequestComplete = true
        exchange.keepsConnection = false
        phase = .exchange(exchange)
        refuse(exchange, failure, status)
        advance()
    }
}
