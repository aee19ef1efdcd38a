package import Core

/// The proxies in front of the server that are believed when they say for whom they speak. What anybody else puts into
/// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` is not looked at.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package static let none = TrustedProxies(ranges: [])

    private init(ranges: [AddressRange]) { self.ranges = ranges }

    /// - Parameter places: addresses and ranges of addresses, `10.0.0.0/8`.
    /// - Throws: `invalid` for what is neither.
    package init(_ places: [String]) throws(Failure) {
        var ranges: [AddressRange] = []
        for place in places {
            guard let range = AddressRange(place) else {
                throw Failure(
                    .invalid, "--trusted-proxy \(place): this is no address",
                    hint: "Give the proxy's address, 127.0.0.1, or a range of them, 10.0.0.0/8.")
            }
            ranges.append(range)
        }
        self.ranges = ranges
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// Who a request is really from.
    /// - Parameter peer: who the connection is with.
    /// - Returns: also the server's name as the client wrote it, where a proxy says so.
    package func origin(of headers: Headers, _ peer: RequestHead.Client) -> (client: RequestHead.Client, host: String?)
    {
        guard !ranges.isEmpty, let address = peer.address, isTrusted(address) else { return (peer, nil) }
        let schemes = Self.list(headers, "x-forwarded-proto")
        let isSecure = schemes.last.map { Headers.areEqual($0, "https") } ?? peer.isSecure
        let client = RequestHead.Client(sender(headers, address), isSecure: isSecure)
        return (client, Self.list(headers, "x-forwarded-host").last.map(String.init))
    }

    /// Each proxy adds who it was asked by. From the end, the first that is no proxy of ours is the client; what stands
    /// before that may be invented.
    private func sender(_ headers: Headers, _ peer: String) -> String {
        var sender = peer
        for entry in Self.list(headers, "x-forwarded-for").reversed() {
            guard let address = Self.address(entry) else { return sender }
            sender = address
            if !isTrusted(address) { return sender }
        }
        return sender
    }

    private func isTrusted(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        let plain = address.embedded ?? address
        return ranges.contains { $0.contains(plain) || $0.contains(address) }
    }

    private static func list(_ headers: Headers, _ name: String) -> [Substring] {
        headers.all(name).flatMap { $0.split(separator: ",") }.map(\.trimmingSpaces).filter { !$0.isEmpty }
    }

    /// An address, maybe with a port: `192.0.2.7:4711`, `[2001:db8::1]:4711`.
    private static func address(_ entry: Substring) -> String? {
        var text = String(entry)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            text = String(text[text.index(after: text.startIndex)..<end])
        } else if text.split(separator: ":", omittingEmptySubsequences: false).count == 2 {
            text = String(text.prefix { $0 != ":" })
        }
        return IPAddress(text).map { ($0.embedded ?? $0).description }
    }
}
