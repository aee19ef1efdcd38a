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
    let figures: ServerFigures
    let logger: Logger
    private let highestDescriptor = FileDescriptors.highest
    private let refusals: RequestGate

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
                    try channel.pipeline.syncOperations.addHandler(makeAcceptPause())
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: ConnectionLimits.writeWaterMark)
            .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try open(channel) } }
    }

    private func makeAcceptPause() -> AcceptPause {
        AcceptPause { error in
            if figures.countAcceptFailure().isMultiple(of: Self.failuresPerLine) {
                logger.warning("cannot accept connections for now", metadata: ["errno": "\(error.errnoCode)"])
            }
            for table in tables.values {
                table.eventLoop.execute { table.value.closeIdle(atMost: Self.closedPerFailure) }
            }
        }
    }

    /// Twenty failures are a second's.
    private static let failuresPerLine = 20
    /// On each event loop.
    private static let closedPerFailure = 32

    private func open(_ channel: any Channel) throws {
        let count = figures.countOpened()
        channel.closeFuture.whenComplete { [figures] _ in figures.countClosed() }
        guard let table = tables[ObjectIdentifier(channel.eventLoop)]?.value else { return }
        let pipeline = channel.pipeline.syncOperations
        let descriptor = try? pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { Int($0) }
        if count > limits.connections || descriptor ?? 0 >= highestDescriptor {
            if table.closeIdle(atMost: 1) == 1 {
                figures.countDisplaced()
            } else {
                figures.countRefused()
                // NIO closes a connection that cannot be put together.
                guard refusals.enter() else { throw NoRoom() }
                channel.closeFuture.whenComplete { [refusals] _ in refusals.leave() }
                try pipeline.addHandler(RefusedConnection(isTLS: tls != nil))
                return
            }
        }
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

/// Why a connection is closed without a word.
private struct NoRoom: Error {}

/// Without descriptors the system cannot hand over the next connection, and says so again at once. Accepting pauses
/// then, and clients that wait stay in the system's queue.
///
/// NIO's own `AcceptBackoffHandler` delays the next read, but a read that failed stays asked for, so the event loop
/// would spin. Reading is therefore switched off altogether.
private final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let failed: (IOError) -> Void

    init(failed: @escaping (IOError) -> Void) { self.failed = failed }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, let options = context.channel.syncOptions else { return }
        failed(error)
        try? options.setOption(.autoRead, value: false)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: ConnectionLimits.acceptPause) {
            // Fails when the server has stopped meanwhile.
            channel.setOption(.autoRead, value: true).whenComplete { _ in }
        }
    }
}

/// A connection beyond the limit: it is told so, and closed.
private final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let isTLS: Bool

    init(isTLS: Bool) { self.isTLS = isTLS }

    func channelActive(context: ChannelHandlerContext) {
        guard !isTLS else { return context.close(promise: nil) }
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
