import Core
import NIOCore
import NIOHTTP1

/// Writes the head of an answer: status line, the handler's fields, and those every answer has.
struct ResponseEncoder {
    /// How the client finds the end of the body.
    enum Framing: Equatable {
        case length(Int)
        case chunked
        /// The connection ends with it: HTTP/1.0 and no length.
        case untilClose
        /// No body and no length: 204, 304.
        case none
    }

    let version: HTTPVersion
    let keepsConnection: Bool
    /// Whether browsers are told to use nothing but TLS with this name from now on (RFC 6797).
    let demandsTLS: Bool
    let requestID: String
    /// RFC 9110, section 5.6.7.
    let date: String

    func writeHead(_ response: Response, _ framing: Framing, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        let status = HTTPResponseStatus(statusCode: response.status)
        buffer.writeString(String(response.status))
        buffer.writeStaticString(" ")
        buffer.writeString(status.reasonPhrase)
        buffer.writeStaticString("\r\n")
        var defaults = Defaults.all
        for (name, value) in response.headers.fields where Self.isSafe(name: name, value) {
            if Self.isReserved(name) { continue }
            defaults.subtract(Defaults(name))
            write(name, value, into: &buffer)
        }
        defaults.write(into: &buffer)
        if demandsTLS { buffer.writeStaticString("strict-transport-security: max-age=31536000\r\n") }
        write("date", date, into: &buffer)
        write("steward-request-id", requestID, into: &buffer)
        switch framing {
        case .length(let length): write("content-length", String(length), into: &buffer)
        case .chunked: buffer.writeStaticString("transfer-encoding: chunked\r\n")
        case .untilClose, .none: break
        }
        if !keepsConnection {
            buffer.writeStaticString("connection: close\r\n")
        } else if version == .http1_0 {
            buffer.writeStaticString("connection: keep-alive\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// Fields that answers have unless the handler says otherwise. Nothing here is meant for being shown as a page,
    /// kept in a cache, guessed a type for, or read by other sites.
    private struct Defaults: OptionSet {
        let rawValue: UInt8

        static let noSniff = Defaults(rawValue: 1)
        static let noStore = Defaults(rawValue: 2)
        static let policy = Defaults(rawValue: 4)
        static let sameOrigin = Defaults(rawValue: 8)
        static let referrer = Defaults(rawValue: 16)
        static let all: Defaults = [.noSniff, .noStore, .policy, .sameOrigin, .referrer]

        init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The default that a handler's field of that name takes the place of.
        init(_ name: String) {
            switch name.utf8.count {
            case 13 where Headers.areEqual(name, "cache-control"): self = .noStore
            case 15 where Headers.areEqual(name, "referrer-policy"): self = .referrer
            case 22 where Headers.areEqual(name, "x-content-type-options"): self = .noSniff
            case 23 where Headers.areEqual(name, "content-security-policy"): self = .policy
            case 28 where Headers.areEqual(name, "cross-origin-resource-policy"): self = .sameOrigin
            default: self = []
            }
        }

        func write(into buffer: inout ByteBuffer) {
            if self == .all {
                buffer.writeStaticString(
                    """
                    x-content-type-options: nosniff\r\ncache-control: no-store\r\n\
                    content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n\
                    cross-origin-resource-policy: same-origin\r\nreferrer-policy: no-referrer\r\n
                    """)
                return
            }
            if contains(.noSniff) { buffer.writeStaticString("x-content-type-options: nosniff\r\n") }
            if contains(.noStore) { buffer.writeStaticString("cache-control: no-store\r\n") }
            if contains(.policy) {
                buffer.writeStaticString("content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n")
            }
            if contains(.sameOrigin) { buffer.writeStaticString("cross-origin-resource-policy: same-origin\r\n") }
            if contains(.referrer) { buffer.writeStaticString("referrer-policy: no-referrer\r\n") }
        }
    }

    /// The server's own: a handler that could set them could end an answer early.
    private static func isReserved(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: Headers.areEqual(name, "date")
        case 10: Headers.areEqual(name, "connection")
        case 14: Headers.areEqual(name, "content-length")
        case 17: Headers.areEqual(name, "transfer-encoding")
        case 18: Headers.areEqual(name, "steward-request-id")
        default: false
        }
    }

    /// A field that is not safe to write is left out: a line end in a value would begin a field of the attacker's.
    private static func isSafe(name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private func write(_ name: String, _ value: String, into buffer: inout ByteBuffer) {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
    }
}

/// The Date field of answers, written once a second.
struct DateField {
    private var second = Int64.min
    private var text = ""

    mutating func text(at now: Timestamp) -> String {
        let second = now.milliseconds / 1000
        if second != self.second {
            self.second = second
            text = Self.format(second)
        }
        return text
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// As IMF-fixdate: `Mon, 23 Nov 2026 09:05:03 GMT`.
    /// - Parameter second: since 1970, not negative.
    static func format(_ second: Int64) -> String {
        let (day, rest) = second.quotientAndRemainder(dividingBy: 86_400)
        let date = CalendarDate(daysSince1970: Int(day))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { two(Int($0)) }.joined(separator: ":")
        return "\(days[Int(day) % 7]), \(two(date.day)) \(months[date.month - 1]) \(date.year) \(clock) GMT"
    }
}
