import Core
import NIOCore
import NIOHTTP1

/// Reading requests and letting them be answered.
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
                // Answers must not pile up for a client that sends ahead and does not read.
                guard context?.channel.isWritable == true else { break }
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
    func readMore() {
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
        let exchange = Exchange(
            id: responder.makeID(), part, peer: peer, responder.settings.proxies, table.limits)
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
        let isStream = call.endpoint.streams && exchange.hasBody
        if isStream {
            let share = min(ConnectionLimits.streamBytes, exchange.declaredLength ?? .max)
            guard table.figures.bodies.take(share, limit: table.limits.heldBytes) else {
                return send(responder.busy(call.head, call.id), exchange)
            }
            exchange.held = share
        }
        if exchange.awaitsContinue {
            exchange.awaitsContinue = false
            var buffer = ByteBuffer()
            buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
            write(buffer)
        }
        exchange.intakePace.startWaiting(.now())
        guard isStream, let loop = context?.eventLoop else {
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
            guard table.figures.bodies.take(count, limit: table.limits.heldBytes) else {
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
