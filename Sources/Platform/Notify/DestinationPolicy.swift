package import Core

/// Where outgoing requests may go. Users choose the addresses of webhooks, so without this anybody who may create one
/// could make the server talk to whatever only the server can reach: cloud metadata, databases, itself.
package struct DestinationPolicy: Sendable {
    /// Lower case. Plain `http` is for tests and trusted networks: what is sent can be read on the way.
    package var schemes: Set<String> = ["https"]
    /// Addresses that are let through although they are not public.
    package var allowedRanges: [AddressRange] = []
    /// Host names, in lower case, whose addresses are not checked.
    package var allowedHosts: Set<String> = []

    package init() {}

    /// Reads an allow-list: ranges of addresses (`10.0.0.0/8`, `192.0.2.7`) and host names.
    package mutating func allow(_ entries: some Sequence<String>) {
        for entry in entries {
            if let range = AddressRange(entry) {
                allowedRanges.append(range)
            } else {
                allowedHosts.insert(entry.lowercased())
            }
        }
    }

    package func permits(_ address: IPAddress) -> Bool {
        if allowedRanges.contains(where: { $0.contains(address) }) { return true }
        if let embedded = address.embedded { return permits(embedded) }
        return address.bytes.count == 4 ? Self.isPublic4(address) : Self.isPublic6(address)
    }

    private static func isPublic4(_ address: IPAddress) -> Bool { !special4.contains { $0.contains(address) } }

    private static func isPublic6(_ address: IPAddress) -> Bool {
        globalUnicast.contains(address) && !special6.contains { $0.contains(address) }
    }

    /// IANA's registry of special-purpose IPv4 addresses, multicast and the reserved class E.
    private static let special4 = ranges(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4")

    /// The only block of version 6 that is given out for the public network so far. Loopback, link-local, unique local
    /// and multicast addresses lie outside.
    private static let globalUnicast = AddressRange("2000::/3")!

    /// IETF protocol assignments (Teredo among them), documentation, and 6to4, which carries a version 4 address.
    private static let special6 = ranges("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

    private static func ranges(_ texts: String...) -> [AddressRange] { texts.map { AddressRange($0)! } }
}

/// The address of a receiver, taken apart and checked as far as that is possible without asking the name service.
package struct Destination: Sendable {
    /// As given.
    package let url: String
    /// In lower case, without brackets.
    package let host: String
    /// When the host is written as an address.
    package let literal: IPAddress?

    /// - Throws: `invalid` when it is no absolute URL of an allowed scheme, names no host, holds a user name, or names
    ///   an address that is not allowed.
    package init(_ url: String, _ policy: DestinationPolicy) throws(Failure) {
        guard url.utf8.count <= Self.lengthLimit else {
            throw Failure(.invalid, "the URL is longer than \(Self.lengthLimit) bytes")
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw Failure(
                .invalid, "the URL holds a space, a backslash or a character beyond ASCII",
                hint: "Percent-encode it; write international host names in their xn-- form.")
        }
        let (scheme, rest) = Self.split(url)
        guard policy.schemes.contains(scheme) else { throw Self.unknownScheme(scheme, policy) }
        guard let rest, rest.utf8.starts(with: "//".utf8) else { throw Self.noHost(url) }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.utf8.contains(UInt8(ascii: "@")) else {
            throw Failure(
                .invalid, "the URL holds a user name or password",
                hint: "Whoever reads the webhook would see it. Sign the deliveries with a secret instead.")
        }
        self.url = url
        host = try Self.host(authority, url)
        literal = IPAddress(host)
        try checkHost(policy)
    }

    private static let lengthLimit = 2048

    private static func split(_ url: String) -> (scheme: String, rest: Substring?) {
        guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")) else { return ("", nil) }
        let scheme = url[..<colon].lowercased()
        let letters = scheme.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        return letters ? (scheme, url[url.utf8.index(after: colon)...]) : ("", nil)
    }

    private static func host(_ authority: Substring, _ url: String) throws(Failure) -> String {
        var name = authority
        var port: Substring?
        if authority.utf8.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: "]") else { throw noHost(url) }
            name = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard IPAddress(String(name))?.bytes.count == 16, after.isEmpty || after.first == ":" else {
                throw noHost(url)
            }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            name = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if let port {
            guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port),
                (1...65535).contains(number)
            else { throw Failure(.invalid, "the URL names no port between 1 and 65535: '\(url)'") }
        }
        guard !name.isEmpty else { throw noHost(url) }
        return name.lowercased()
    }

    private func checkHost(_ policy: DestinationPolicy) throws(Failure) {
        if policy.allowedHosts.contains(host) { return }
        if let literal {
            guard policy.permits(literal) else { throw Self.notAllowed(host) }
            return
        }
        // `127.1` and `0x7f000001` mean an address to the system, but not to everybody who checks one.
        let last = host.split(separator: ".").last ?? ""
        let isNumber = last.utf8.first.map { (0x30...0x39).contains($0) } ?? true
        guard !isNumber else {
            throw Failure(.invalid, "'\(host)' is neither a host name nor an address in its usual form")
        }
        guard last != "localhost" || policy.permits(IPAddress("127.0.0.1")!) else { throw Self.notAllowed(host) }
    }

    private static func unknownScheme(_ scheme: String, _ policy: DestinationPolicy) -> Failure {
        Failure(
            .invalid,
            "Invalid webhook URL scheme: '\(scheme)'. Allowed schemes are: "
                + policy.schemes.sorted().joined(separator: ", ") + ".")
    }

    private static func noHost(_ url: String) -> Failure {
        Failure(.invalid, "Webhook URL must include a hostname: '\(url)'")
    }

    static func notAllowed(_ host: String) -> Failure {
        Failure(
            .invalid, "'\(host)' is not a public address; the server does not connect to it",
            hint: "Whoever runs the server can add it to the allowed destinations.")
    }
}
