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
    private var pending = CircularBuffer<HTTPServerRequestPart>()
    private var partsInRead = 0
    private var nextHasBegun = false
    private var isAdvancing = false
    /// The client will send nothing more.
    var isInputClosed = false
    private var isInputBroken = false
    private var isStreamFull = false
    /// A stream that waits until the client has taken something.
    var writer: CheckedContinuation<Void, any Error>?
    /// Bytes handed to the channel, and how many of them the client had taken at the last look.
    var written = 0
    private var taken = 0
    private var replyPace: Pace
    private var client: String?

    init(_ table: ConnectionTable, isTLS: Bool) {
        self.table = table
        self.isTLS = isTLS
        replyPace = Pace(table.limits)
    }

    var responder: Responder { table.responder }

    /// Since when the client has had nothing to wait for; nil while a request is under way.
    var idleSince: NIODeadline? { if case .waiting(let since) = phase { since } else { nil } }

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
        if context.channel.isWritable { writer.take()?.resume() }
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
    private func answerWithoutHead(_ failure: Failure, _ status: Int) {
        let head = HTTPRequestHead(version: .http1_1, method: .RAW(value: "-"), uri: "/")
        let exchange = Exchange(id: responder.makeID(), head, client: client, table.limits)
        exchange.isRequestComplete = true
        exchange.keepsConnection = false
        phase = .exchange(exchange)
        refuse(exchange, failure, status)
        advance()
    }
}

// MARK: - Requests

extension Connection {
    /// Takes up what is pending as far as that is possible now. Not recursive: an answer that is given at once comes
    /// back here through the loop.
    func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while true {
            if case .exchange(let exchange) = phase, exchange.isRequestComplete {
                guard exchange.isReplyComplete else { break }
                let isLast = isInputBroken || (isInputClosed || table.isStopping) && pending.isEmpty
                guard exchange.keepsConnection, !isLast else {
                    endConnection()
                    break
                }
                phase = nextHasBegun ? .head(since: .now()) : .waiting(since: .now())
                nextHasBegun = false
            }
            switch phase {
            case .lingering, .closed:
                pending.removeAll()
                return
            case .waiting, .head, .exchange: break
            }
            guard let part = pending.popFirst() else { break }
            take(part)
        }
        if partsInRead == 0 { readMore() }
    }

    /// Asks for more of what is needed next. While a request is being answered one read stays open, so that a client
    /// that goes away is noticed.
    private func readMore() {
        switch phase {
        case .waiting, .head, .lingering: context?.read()
        case .exchange(let exchange):
            if exchange.isRequestComplete ? pending.isEmpty : !isStreamFull { context?.read() }
        case .closed: break
        }
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch (part, phase) {
        case (.head(let head), .waiting), (.head(let head), .head): begin(head)
        case (.body(let bytes), .exchange(let exchange)): take(bytes, exchange)
        case (.end, .exchange(let exchange)): end(exchange)
        default: break
        }
    }

    private func begin(_ part: HTTPRequestHead) {
        let exchange = Exchange(id: responder.makeID(), part, client: client, table.limits)
        phase = .exchange(exchange)
        isStreamFull = false
        switch responder.admit(exchange.head, id: exchange.id) {
        case .refused(let response):
            exchange.awaitsContinue = exchange.head.headers["expect"] != nil
            send(response, exchange)
        case .call(let call):
            exchange.route = call.endpoint.place
            if let response = refusal(exchange, call) { return send(response, exchange) }
            accept(exchange, call)
        }
    }

    /// What the head says of the body, checked before any of it is read.
    private func refusal(_ exchange: Exchange, _ call: Responder.Call) -> Response? {
        let headers = exchange.head.headers
        func refuse(_ failure: Failure, _ status: Int) -> Response {
            exchange.awaitsContinue = headers["expect"] != nil
            return responder.refusal(.init(failure: failure, status: status), exchange.head, exchange.id)
        }
        if let coding = headers["transfer-encoding"], !Headers.areEqual(coding, "chunked") {
            return refuse(Failure(.unsupported, "the only transfer coding known is \"chunked\""), 501)
        }
        if let expected = headers["expect"] {
            guard Headers.areEqual(expected, "100-continue") else {
                return refuse(Failure(.invalid, "the only expectation known is \"100-continue\""), 417)
            }
            exchange.awaitsContinue = exchange.hasBody && exchange.version != .http1_0
        }
        if let length = exchange.declaredLength, length > call.endpoint.bodyLimit {
            return responder.tooLarge(RequestBody.tooLarge(call.endpoint.bodyLimit), call.head, call.id)
        }
        if !call.endpoint.streams, let coding = headers["content-encoding"], !Headers.areEqual(coding, "identity") {
            return refuse(Failure(.invalid, "bodies are taken as they are, without Content-Encoding"), 415)
        }
        return nil
    }

    private func accept(_ exchange: Exchange, _ call: Responder.Call) {
        if exchange.awaitsContinue {
            exchange.awaitsContinue = false
            var buffer = ByteBuffer()
            buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
            write(buffer)
        }
        exchange.intakePace.startWaiting(.now())
        guard call.endpoint.streams, exchange.hasBody, let loop = context?.eventLoop else {
            exchange.intake = .whole(call)
            return
        }
        let turn = NIOLoopBound(Turn(connection: self, exchange: exchange), eventLoop: loop)
        let stream = BodyStream { loop.execute { turn.value.connection.streamHasRoom(turn.value.exchange) } }
        exchange.intake = .stream(stream)
        start(exchange, call, RequestBody(declaredLength: exchange.declaredLength, stream: stream))
    }

    private func take(_ bytes: ByteBuffer, _ exchange: Exchange) {
        let count = bytes.readableBytes
        exchange.bytesReceived += count
        exchange.intakePace.count(count)
        switch exchange.intake {
        case .dropped: break
        case .whole(let call):
            guard exchange.collected.count + count <= call.endpoint.bodyLimit else {
                return send(
                    responder.tooLarge(RequestBody.tooLarge(call.endpoint.bodyLimit), call.head, call.id), exchange)
            }
            guard table.figures.hold(count, limit: table.limits.heldBytes) else {
                return send(responder.busy(call.head, call.id), exchange)
            }
            exchange.held += count
            if exchange.collected.isEmpty { exchange.collected.reserveCapacity(exchange.declaredLength ?? count) }
            exchange.collected.append(contentsOf: bytes.readableBytesView)
        case .stream(let stream):
            isStreamFull = !stream.push(bytes)
            if isStreamFull { exchange.intakePace.stopWaiting(.now()) }
        }
    }

    private func streamHasRoom(_ exchange: Exchange) {
        guard case .exchange(let current) = phase, current === exchange, isStreamFull else { return }
        isStreamFull = false
        exchange.intakePace.startWaiting(.now())
        readMore()
    }

    private func end(_ exchange: Exchange) {
        exchange.isRequestComplete = true
        exchange.intakePace.stopWaiting(.now())
        switch exchange.intake {
        case .dropped: break
        case .stream(let stream): stream.end()
        case .whole(let call):
            exchange.intake = .dropped
            let bytes = exchange.collected
            exchange.collected = []
            start(exchange, call, bytes.isEmpty ? .empty : RequestBody(bytes: bytes))
        }
    }
}

// MARK: - Limits of time

extension Connection {
    /// Called four times a second.
    func check(_ now: NIODeadline) {
        if isTakingTooLong(now) { return timeOut() }
        switch phase {
        case .waiting(let since):
            let limit = table.isStopping ? ConnectionLimits.quietTime : table.limits.idleTime
            if isPast(since, limit, now) { close() }
        case .head(let since):
            guard isPast(since, table.limits.headTime, now) else { break }
            table.figures.countTimedOut()
            // In the middle of a handshake there is no way to say anything.
            if isTLS { return close() }
            answerWithoutHead(Failure(.invalid, "the head of the request took too long"), 408)
        case .exchange(let exchange):
            guard !exchange.isRequestComplete, exchange.intakePace.isTooSlow(now) else { break }
            table.figures.countTimedOut()
            let failure = Failure(.invalid, "the body of the request came too slowly")
            if exchange.isReplyBegun { return close() }
            refuse(exchange, failure, 408)
            if case .stream(let stream) = exchange.intake { stream.fail(failure) }
            exchange.task?.cancel()
            advance()
        case .lingering(let since): if isPast(since, table.limits.lingerTime, now) { close() }
        case .closed: break
        }
    }

    private func isPast(_ since: NIODeadline, _ limit: Duration, _ now: NIODeadline) -> Bool {
        (now - since).nanoseconds >= limit.nanoseconds
    }

    /// Whether the client takes what was written to it too slowly.
    private func isTakingTooLong(_ now: NIODeadline) -> Bool {
        let waiting = (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        replyPace.count(written - waiting - taken)
        taken = written - waiting
        guard waiting > 0 else {
            replyPace.stopWaiting(now)
            return false
        }
        replyPace.startWaiting(now)
        // Whoever still reads is not idle.
        if case .waiting = phase { phase = .waiting(since: now) }
        if case .lingering = phase { phase = .lingering(since: now) }
        return replyPace.isTooSlow(now)
    }

    private func timeOut() {
        table.figures.countTimedOut()
        close()
    }
}
