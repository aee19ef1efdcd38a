import AsyncHTTPClient
package import Core
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A request to somebody else's server.
package struct OutboundRequest: Sendable {
    package var url: String
    package var method: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(_ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
    }
}

package struct OutboundResponse: Sendable {
    package let status: Int
    /// The beginning of the body: at most `OutboundClient.bodyLimit` bytes.
    package let body: [UInt8]
    /// What the header `Retry-After` asks for, in seconds; nil when it is absent or a date.
    package let retryAfter: Int?
}

/// Sends requests to addresses that users chose, and only to those the policy permits.
///
/// The host name is resolved here, every address is checked, and the connection goes to a checked address: there is no
/// second look-up that could answer differently. The peer of the open connection is checked again before anything is
/// sent. Redirects are not followed, proxies of the environment not used, answers not read beyond a limit.
package struct OutboundClient: Sendable {
    /// Bytes of an answer that are read; the connection is closed when there are more.
    package static let bodyLimit = 64 * 1024

    package let policy: DestinationPolicy
    let resolver: HostResolver
    let sleep: @Sendable (Duration) async throws -> Void
    /// For the whole exchange.
    let timeout: Duration

    package init(
        policy: DestinationPolicy, world: World, resolver: HostResolver = .system, timeout: Duration = .seconds(30)
    ) {
        self.policy = policy
        self.resolver = resolver
        self.timeout = timeout
        sleep = world.sleep
    }

    /// - Throws: `invalid` when the URL is none or its destination is not permitted, `unavailable` when nobody answers
    ///   in time.
    package func send(_ request: OutboundRequest) async throws(Failure) -> OutboundResponse {
        do {
            return try await withThrowingTaskGroup(of: OutboundResponse.self) { group in
                group.addTask { try await exchange(request) }
                group.addTask {
                    try await sleep(timeout)
                    throw Failure(.unavailable, "no answer within \(timeout.components.seconds) s")
                }
                defer { group.cancelAll() }
                guard let response = try await group.next() else { throw Failure(.bug, "no task ran") }
                return response
            }
        } catch let failure as Failure {
            throw failure
        } catch let problem as PeerNotAllowed {
            throw Destination.notAllowed(problem.address)
        } catch {
            throw Failure(.unavailable, "the connection failed: \(Self.describe(error))", cause: "\(error)")
        }
    }

    private func exchange(_ request: OutboundRequest) async throws -> OutboundResponse {
        let destination = try Destination(request.url, policy)
        // The host as the HTTP client spells it is the key of its table of addresses.
        guard let spelled = URL(string: request.url)?.host else {
            throw Failure(.invalid, "'\(request.url)' is not a URL")
        }
        let addresses = try await permittedAddresses(of: destination)
        var problem: (any Error)?
        for address in addresses.prefix(3) {
            let isConnected = ConnectionMark()
            do {
                return try await exchange(
                    request, spelled, address, trusted: policy.allowedHosts.contains(destination.host), isConnected)
            } catch {
                // Over a connection that was open the request may have been sent, and that is done once.
                guard !isConnected.value, Self.isConnectionProblem(error) else { throw error }
                problem = error
            }
        }
        throw problem ?? Failure(.unavailable, "the host name '\(destination.host)' has no address")
    }

    private func permittedAddresses(of destination: Destination) async throws(Failure) -> [IPAddress] {
        if let literal = destination.literal { return [literal] }
        let addresses = try await resolver.addresses(destination.host)
        if policy.allowedHosts.contains(destination.host) { return addresses }
        // One address that is not permitted condemns the name: who mixes them tries to get past this check.
        guard addresses.allSatisfy(policy.permits) else { throw Destination.notAllowed(destination.host) }
        return addresses
    }

    private func exchange(
        _ request: OutboundRequest, _ host: String, _ address: IPAddress, trusted: Bool, _ isConnected: ConnectionMark
    ) async throws -> OutboundResponse {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: configuration(host, address, trusted: trusted, isConnected))
        do {
            let response = try await exchange(request, client)
            try? await client.shutdown()
            return response
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func configuration(
        _ host: String, _ address: IPAddress, trusted: Bool, _ isConnected: ConnectionMark
    ) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10), read: .seconds(30)), proxy: nil,
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.dnsOverride = [host: address.description]
        let policy = policy
        // Called once the connection is open, before anything is sent.
        configuration.http1_1ConnectionDebugInitializer = { channel in
            isConnected.set()
            let peer = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
            if trusted || peer.map(policy.permits) == true { return channel.eventLoop.makeSucceededVoidFuture() }
            return channel.eventLoop.makeFailedFuture(PeerNotAllowed(address: peer?.description ?? "unknown"))
        }
        return configuration
    }

    private func exchange(_ request: OutboundRequest, _ client: HTTPClient) async throws -> OutboundResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .RAW(value: request.method)
        outgoing.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        outgoing.headers.replaceOrAdd(name: "user-agent", value: "steward")
        outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        let response = try await client.execute(outgoing, timeout: .seconds(30))
        var body: [UInt8] = []
        for try await piece in response.body {
            body.append(contentsOf: piece.readableBytesView.prefix(Self.bodyLimit - body.count))
            if body.count >= Self.bodyLimit { break }
        }
        return OutboundResponse(
            status: Int(response.status.code), body: body,
            retryAfter: response.headers.first(name: "retry-after").flatMap { Int($0) })
    }

    private static func isConnectionProblem(_ error: any Error) -> Bool {
        error is NIOConnectionError || error as? HTTPClientError == .connectTimeout || error is IOError
    }

    /// For people: no addresses of objects, no file names.
    private static func describe(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case is NIOConnectionError: "nobody listens there"
        case let error as IOError: "\(error.errnoCode)"
        default: "\(type(of: error))"
        }
    }
}

/// Whether a connection was opened.
private final class ConnectionMark: Sendable {
    private let mark = Atomic<Bool>(false)

    var value: Bool { mark.load(ordering: .acquiring) }

    func set() { mark.store(true, ordering: .releasing) }
}

private struct PeerNotAllowed: Error {
    let address: String
}
