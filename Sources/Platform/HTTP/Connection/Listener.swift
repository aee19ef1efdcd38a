import Core
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Accepts connections and puts each together.
struct Listener: Sendable {
    let tables: [ObjectIdentifier: NIOLoopBound<ConnectionTable>]
    let tls: TLSContext?
    let limits: ConnectionLimits
    /// Connections that are being told that there are too many.
    private let refusals: RequestGate
    let figures: ServerFigures
    let logger: Logger
    private let highestDescriptor = FileDescriptors.highest

    init(
        tables: [ObjectIdentifier: NIOLoopBound<ConnectionTable>], tls: TLSContext?, limits: ConnectionLimits,
        figures: ServerFigures, logger: Logger
    ) {
        self.tables = tables
        self.tls = tls
        self.limits = limits
        refusals = RequestGate(limit: limits.refusals)
        self.figures = figures
        self.logger = logger
    }

    func bootstrap(_ group: any EventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(makeGate())
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: ConnectionLimits.writeWaterMark)
            .childChannelInitializer { channel in open(channel) }
    }

    private func makeGate() -> AcceptGate {
        AcceptGate(figures: figures, most: most) { error in
            if figures.countAcceptFailure().isMultiple(of: Self.failuresPerLine) {
                logger.warning("cannot accept connections for now", metadata: ["errno": "\(error.errnoCode)"])
            }
            for table in tables.values {
                table.eventLoop.execute { table.value.closeIdle(atMost: Self.closedPerFailure) }
            }
        }
    }

    /// Connections, with those that are only being told that there are too many, and some that have been accepted and
    /// have not got to their event loop.
    private var most: Int { limits.connections + min(256, max(6, limits.connections / 8)) }

    /// Twenty failures are a second's.
    private static let failuresPerLine = 20
    /// On each event loop.
    private static let closedPerFailure = 32

    /// The gate has counted it.
    private func open(_ channel: any Channel) -> EventLoopFuture<Void> {
        let loop = channel.eventLoop
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { Int($0) }
        guard figures.open > limits.connections || descriptor ?? 0 >= highestDescriptor else {
            return loop.makeCompletedFuture { try serve(channel) }
        }
        let own = tables.values.filter { $0.eventLoop === loop }
        let others = tables.values.filter { $0.eventLoop !== loop }
        return displace((own + others)[...], on: loop).flatMapThrowing { isDone in
            if isDone {
                figures.countDisplaced()
                try serve(channel)
            } else {
                figures.countRefused()
                let isQuick = tls != nil || !refusals.enter()
                if !isQuick { channel.closeFuture.whenComplete { [refusals] _ in refusals.leave() } }
                try channel.pipeline.syncOperations.addHandler(RefusedConnection(isQuick: isQuick))
            }
        }
    }

    /// Closes a dispensable connection: of the first of these tables that has one.
    private func displace(
        _ tables: ArraySlice<NIOLoopBound<ConnectionTable>>, on loop: any EventLoop
    ) -> EventLoopFuture<Bool> {
        guard let table = tables.first else { return loop.makeSucceededFuture(false) }
        return table.eventLoop.submit { table.value.closeIdle(atMost: 1) == 1 }.hop(to: loop).flatMap { isDone in
            isDone ? loop.makeSucceededFuture(true) : displace(tables.dropFirst(), on: loop)
        }
    }

    private func serve(_ channel: any Channel) throws {
        guard let table = tables[ObjectIdentifier(channel.eventLoop)]?.value else { return }
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls.current)) }
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = limits.headerFieldBytes
        decoderLimits.maxHeaderListSize = limits.headerBytes
        decoderLimits.maxHeaderFieldCount = limits.headerCount
        let decoder = HTTPRequestDecoder(limitConfiguration: decoderLimits)
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(Connection(table, isTLS: tls != nil))
    }
}

/// Lets connections in, and keeps them waiting in the system's queue while there are more than the server can hold:
/// each takes a descriptor before anything can be done about it, and the last descriptors must not be taken.
///
/// NIO's own `AcceptBackoffHandler` delays the next read after an error, but a read that failed stays asked for, so the
/// event loop would spin. Reading is therefore switched off altogether.
private final class AcceptGate: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// While there are too many.
    private static let shortPause = TimeAmount.milliseconds(2)

    private let figures: ServerFigures
    private let most: Int
    private let failed: (IOError) -> Void
    private var isShut = false

    init(figures: ServerFigures, most: Int, failed: @escaping (IOError) -> Void) {
        self.figures = figures
        self.most = most
        self.failed = failed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = figures.countOpened()
        unwrapInboundIn(data).closeFuture.whenComplete { [figures] _ in figures.countClosed() }
        context.fireChannelRead(data)
        if count >= most { shut(context, Self.shortPause) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return }
        failed(error)
        shut(context, ConnectionLimits.acceptPause)
    }

    private func shut(_ context: ChannelHandlerContext, _ time: TimeAmount) {
        guard !isShut, let options = context.channel.syncOptions else { return }
        isShut = true
        try? options.setOption(.autoRead, value: false)
        open(context, after: time)
    }

    private func open(_ context: ChannelHandlerContext, after time: TimeAmount) {
        let bound = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: time) {
            let (gate, context) = bound.value
            guard gate.figures.open < gate.most else { return gate.open(context, after: Self.shortPause) }
            gate.isShut = false
            // Fails when the server has stopped meanwhile.
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}

/// A connection beyond the limit: it is told so, and closed.
private final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let isQuick: Bool

    /// - Parameter isQuick: whether it is closed without a word: one that would have to shake hands first, or one too
    ///   many to wait until it has read the answer.
    init(isQuick: Bool) { self.isQuick = isQuick }

    func channelActive(context: ChannelHandlerContext) {
        guard !isQuick else { return context.close(promise: nil) }
        var buffer = ByteBuffer()
        buffer.writeStaticString(
            "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        let channel = context.channel
        // The request is on its way and would make the system reset the connection, so it is read first.
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        context.close(mode: .output, promise: nil)
        context.read()
        channel.eventLoop.scheduleTask(in: ConnectionLimits.refusalTime) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.read() }
}
