import Core
import NIOCore
import NIOHTTP1

/// A connection and what it is busy with, together on their way to a task and back.
struct Turn {
    let connection: Connection
    let exchange: Exchange
}

/// A handler at work, in a task of its own.
private struct HandlerRun: Sendable {
    let call: Responder.Call
    let body: RequestBody
    let responder: Responder
    let turn: NIOLoopBound<Turn>
    /// Bytes of the body that are counted in `bodies` until the handler is done with them.
    let held: Int
    let bodies: ByteBudget

    /// - Parameter executor: where the task runs; nil for the threads that all tasks share.
    func start(on executor: EventLoopExecutor?) -> Task<Void, Never> {
        Task(executorPreference: executor) { await run() }
    }

    private func run() async {
        defer { bodies.giveBack(held) }
        // A client that went away while its handler waited for a thread is not worked for.
        if Task.isCancelled { return }
        let response = await responder.answer(call, body)
        if case .stream(let length, let write) = response.body, call.head.method != "HEAD" {
            await stream(response, length, write)
        } else {
            turn.onEventLoop {
                $0.connection.send(response, $0.exchange)
                $0.connection.advance()
            }
        }
    }

    private func stream(
        _ response: Response, _ length: Int?, _ write: @Sendable (any ResponseSink) async throws -> Void
    ) async {
        turn.onEventLoop { $0.connection.beginStream(response, length, $0.exchange) }
        do {
            try await write(ConnectionSink(turn: turn))
            turn.onEventLoop {
                $0.connection.finishStream($0.exchange)
                $0.connection.advance()
            }
        } catch {
            let failure = Failure(any: error)
            turn.onEventLoop {
                $0.connection.breakStream(failure, $0.exchange)
                $0.connection.advance()
            }
        }
    }
}

extension NIOLoopBound<Turn> {
    /// At once when this is the event loop's thread, otherwise as soon as it comes to it.
    fileprivate func onEventLoop(_ body: @escaping @Sendable (Turn) -> Void) {
        if eventLoop.inEventLoop { body(value) } else { eventLoop.execute { body(value) } }
    }
}

extension Connection {
    /// Lets the handler run: on the event loop, so that no other thread must be woken for it and again for its answer.
    /// A large body is work for longer than the other connections of the loop should wait.
    func start(_ exchange: Exchange, _ call: Responder.Call, _ body: RequestBody) {
        guard let loop = context?.eventLoop else { return }
        let turn = NIOLoopBound(Turn(connection: self, exchange: exchange), eventLoop: loop)
        let isSmall = body.bytes.map { $0.count <= ConnectionLimits.eventLoopBytes } ?? true
        let run = HandlerRun(
            call: call, body: body, responder: responder, turn: turn, held: exchange.held, bodies: table.figures.bodies)
        exchange.held = 0
        exchange.task = run.start(on: isSmall ? table.executor : nil)
    }

    private func isCurrent(_ exchange: Exchange) -> Bool {
        if case .exchange(let current) = phase { current === exchange } else { false }
    }

    func refuse(_ exchange: Exchange, _ failure: Failure, _ status: Int) {
        send(responder.refusal(.init(failure: failure, status: status), exchange.head, exchange.id), exchange)
    }

    // MARK: Whole answers

    /// Writes an answer that is here as a whole. One that comes after another was sent is dropped.
    func send(_ response: Response, _ exchange: Exchange) {
        guard isCurrent(exchange), !exchange.isReplyBegun, let context else { return }
        var bytes: [UInt8] = []
        var length: Int?
        switch response.body {
        case .bytes(let whole):
            bytes = whole
            length = whole.count
        case .stream(let declared, _): length = declared
        }
        let framing: ResponseEncoder.Framing =
            Self.hasNoBody(response.status) ? .none : length.map { .length($0) } ?? (exchange.isHead ? .none : .chunked)
        let isBare = exchange.isHead || framing == .none
        var buffer = context.channel.allocator.buffer(capacity: 512 + (isBare ? 0 : bytes.count))
        encoder(for: exchange).writeHead(response, framing, into: &buffer)
        if !isBare {
            buffer.writeBytes(bytes)
            exchange.bytesSent = bytes.count
        }
        exchange.status = response.status
        write(buffer)
        complete(exchange)
    }

    /// RFC 9110, section 6.4.1.
    private static func hasNoBody(_ status: Int) -> Bool {
        status == 204 || status == 304 || (100..<200).contains(status)
    }

    /// The point at which it is decided whether the connection goes on after this answer.
    private func encoder(for exchange: Exchange) -> ResponseEncoder {
        if table.isStopping || !exchange.mayDropRest { exchange.keepsConnection = false }
        return ResponseEncoder(
            version: exchange.version, keepsConnection: exchange.keepsConnection,
            demandsTLS: isTLS && !isLocal(exchange.head), requestID: exchange.id, date: table.date())
    }

    /// What a browser is told of `localhost` holds for every other program of this machine.
    private func isLocal(_ head: RequestHead) -> Bool {
        head.authority.flatMap(RequestChecks.hostName) == "localhost"
    }

    private func complete(_ exchange: Exchange) {
        exchange.reply = .complete
        finish(exchange, isCut: false)
        if exchange.isRequestComplete { return }
        // The rest of the body has no reader any more.
        if case .stream(let stream) = exchange.intake { stream.fail(Failure(.invalid, "the request was answered")) }
        exchange.intake = .dropped
        exchange.collected = []
        exchange.answered = .now()
        guard exchange.keepsConnection else { return endConnection() }
        // It is read and dropped, and must come in time, also when the handler did not keep up with it.
        isStreamFull = false
        exchange.intakePace.startWaiting(.now())
    }

    /// Records the exchange and gives back what it held.
    func finish(_ exchange: Exchange, isCut: Bool) {
        if exchange.held > 0 { table.figures.bodies.giveBack(exchange.held) }
        exchange.held = 0
        responder.observer.finished(
            RequestRecord(
                id: exchange.id, method: exchange.head.method, route: exchange.route,
                path: responder.routes.loggedPath(exchange.head.rawPath),
                status: exchange.status, duration: .nanoseconds((.now() - exchange.started).nanoseconds),
                bytesReceived: exchange.bytesReceived, bytesSent: exchange.bytesSent,
                client: exchange.head.clientAddress, isCut: isCut))
    }

    func write(_ buffer: ByteBuffer) {
        guard let context else { return }
        written += buffer.readableBytes
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        if !context.channel.isWritable { countBacklog(.now()) }
    }

    /// Closes once everything written is on its way. The client's unread bytes would make the system reset the
    /// connection, and with it the answer, so they are read for a while.
    func endConnection() {
        guard let context else { return }
        phase = .lingering(since: .now())
        if isInputClosed || isTLS {
            let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in connection.value.close() }
        } else {
            context.close(mode: .output, promise: nil)
            context.read()
        }
    }

    // MARK: Streams

    func beginStream(_ response: Response, _ length: Int?, _ exchange: Exchange) {
        guard isCurrent(exchange), !exchange.isReplyBegun, let context else { return }
        let framing: ResponseEncoder.Framing =
            length.map { .length($0) } ?? (exchange.version == .http1_0 ? .untilClose : .chunked)
        if framing == .untilClose { exchange.keepsConnection = false }
        var head = context.channel.allocator.buffer(capacity: 512)
        encoder(for: exchange).writeHead(response, framing, into: &head)
        exchange.status = response.status
        exchange.reply = .streaming(framing, left: length, head: head)
    }

    /// - Parameter continuation: resumed when the client has taken enough for more to be written.
    fileprivate func writePiece(
        _ bytes: [UInt8], _ exchange: Exchange, _ continuation: CheckedContinuation<Void, any Error>
    ) {
        guard isCurrent(exchange), case .streaming(let framing, let left, let head) = exchange.reply, let context else {
            return continuation.resume(throwing: Self.clientGone)
        }
        if let left, bytes.count > left {
            return continuation.resume(throwing: Failure(.bug, "an answer has more bytes than it said"))
        }
        // A chunk of no bytes would end the answer.
        if bytes.isEmpty { return continuation.resume() }
        var buffer = head ?? context.channel.allocator.buffer(capacity: bytes.count + 16)
        if framing == .chunked { buffer.writeString(String(bytes.count, radix: 16) + "\r\n") }
        buffer.writeBytes(bytes)
        if framing == .chunked { buffer.writeStaticString("\r\n") }
        exchange.reply = .streaming(framing, left: left.map { $0 - bytes.count }, head: nil)
        exchange.bytesSent += bytes.count
        write(buffer)
        if context.channel.isWritable { continuation.resume() } else { writer = continuation }
    }

    fileprivate func finishStream(_ exchange: Exchange) {
        guard isCurrent(exchange), case .streaming(let framing, let left, let head) = exchange.reply else { return }
        guard left ?? 0 == 0 else {
            return breakStream(Failure(.bug, "an answer has fewer bytes than it said"), exchange)
        }
        var buffer = head ?? ByteBuffer()
        if framing == .chunked { buffer.writeStaticString("0\r\n\r\n") }
        if buffer.readableBytes > 0 { write(buffer) }
        complete(exchange)
    }

    /// A handler failed while it wrote. If nothing is sent yet the client gets the failure; otherwise the connection
    /// ends early, which is how a client knows that an answer is not whole.
    fileprivate func breakStream(_ failure: Failure, _ exchange: Exchange) {
        guard isCurrent(exchange) else { return }
        if failure.code == .bug || failure.cause != nil { responder.observer.failed(failure, requestID: exchange.id) }
        guard exchange.isReplyBegun else {
            exchange.reply = .none
            return send(responder.failure(failure, exchange.head, exchange.id), exchange)
        }
        if !exchange.isReplyComplete { close() }
    }
}

/// Where a handler's stream goes.
private struct ConnectionSink: ResponseSink {
    let turn: NIOLoopBound<Turn>

    func write(_ bytes: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { continuation in
            turn.onEventLoop { $0.connection.writePiece(bytes, $0.exchange, continuation) }
        }
    }
}
