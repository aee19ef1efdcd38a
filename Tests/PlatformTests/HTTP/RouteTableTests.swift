import Core
import Platform
import Testing

@Suite("Routes")
struct RouteTableTests {
    private static func endpoint(_ method: String, _ path: String, limit: Int = 1, streams: Bool = false) -> Endpoint {
        Endpoint(
            method, path, .anyone, method == "GET" ? .reads : .writes, "Test.", bodyLimit: limit, streams: streams
        ) { _ in Response() }
    }

    private static let paths = [
        "/", "/a", "/a/b", "/a/{x}", "/a/{x}/c", "/a/{x}/{y}", "/files/{rest...}", "/files/special",
        "/deep/{x}/files/{rest...}",
    ]

    private func match(_ path: String) throws -> (path: String, parameters: [String: String])? {
        let table = try RouteTable(Self.paths.map { Self.endpoint("GET", $0) })
        guard case .found(let endpoint, let parameters) = table.match(method: "GET", rawPath: path) else { return nil }
        return (endpoint.path, parameters)
    }

    @Test(
        "literals win over parameters, which win over the rest",
        arguments: [
            ("/", "/", [:]), ("/a", "/a", [:]), ("/a/b", "/a/b", [:]), ("/a/q", "/a/{x}", ["x": "q"]),
            ("/a/b%2Fc", "/a/{x}", ["x": "b/c"]), ("/a/q/c", "/a/{x}/c", ["x": "q"]),
            ("/a/q/d", "/a/{x}/{y}", ["x": "q", "y": "d"]), ("/files/special", "/files/special", [:]),
            ("/files/a/b%20c", "/files/{rest...}", ["rest": "a/b%20c"]),
            ("/files/special/x", "/files/{rest...}", ["rest": "special/x"]),
            ("/deep/1/files/a//b", "/deep/{x}/files/{rest...}", ["x": "1", "rest": "a//b"]),
        ])
    func found(_ raw: String, _ path: String, _ parameters: [String: String]) throws {
        let match = try #require(try match(raw))
        #expect(match.path == path)
        #expect(match.parameters == parameters)
    }

    @Test(
        "what has no endpoint",
        arguments: ["", "a", "//", "/a/", "/a//c", "/b", "/a/b/", "/files", "/files/", "/a/%zz", "/a/q/c/d", "/A"])
    func none(_ raw: String) throws { #expect(try match(raw) == nil) }

    @Test("another method of a known path")
    func wrongMethod() throws {
        let table = try RouteTable([
            Self.endpoint("GET", "/a/{x}"), Self.endpoint("POST", "/a/{y}"), Self.endpoint("PUT", "/f/{rest...}"),
        ])
        guard case .wrongMethod(let allowed) = table.match(method: "DELETE", rawPath: "/a/1") else {
            Issue.record("found")
            return
        }
        #expect(allowed == ["GET", "POST"])
        guard case .wrongMethod(["PUT"]) = table.match(method: "GET", rawPath: "/f/a/b") else {
            Issue.record("found")
            return
        }
    }

    @Test("ambiguous and unsafe tables are refused")
    func refused() {
        let tables: [[Endpoint]] = [
            [Self.endpoint("GET", "/a"), Self.endpoint("GET", "/a")],
            [Self.endpoint("GET", "/a/{x}"), Self.endpoint("GET", "/a/{y}")],
            [Self.endpoint("PUT", "/a/{x...}"), Self.endpoint("PUT", "/a/{y...}")],
            [Self.endpoint("PUT", "/a/{x}/{x}")],
            [Self.endpoint("PUT", "a")],
            [Self.endpoint("PUT", "/a", limit: 1 << 30)],
            [Endpoint("GET", "/a", .anyone, .writes, "Writes.") { _ in Response() }],
        ]
        for table in tables { #expect(throws: Failure.self) { _ = try RouteTable(table) } }
        #expect(throws: Never.self) { _ = try RouteTable([Self.endpoint("PUT", "/a", limit: 1 << 30, streams: true)]) }
    }
}

@Suite("Headers and queries")
struct HeaderTests {
    @Test("names are compared without regard to the case of ASCII letters, and of nothing else")
    func names() {
        var headers = Headers([("Content-Type", "a"), ("X-[", "b"), ("content-TYPE", "c")])
        #expect(headers["content-type"] == "a")
        #expect(headers.all("CONTENT-TYPE") == ["a", "c"])
        #expect(headers["x-{"] == nil)
        headers["content-type"] = "d"
        #expect(headers.all("content-type") == ["d"])
        headers["content-type"] = nil
        #expect(headers.fields.count == 1)
    }

    @Test("percent-encoding is decoded once, and only if it is valid")
    func decoding() {
        #expect(PercentEncoding.decode("a%2Fb%252F") == "a/b%2F")
        for bad in ["%", "%4", "%zz", "%ff", "%00", "%C3", "a\u{0}b"] { #expect(PercentEncoding.decode(bad) == nil) }
        let query = Query("a=1&b=%zz&c=%20+")
        #expect(query.isMalformed)
        #expect(query["c"] == "  ")
        #expect(Query("").items.isEmpty)
    }

    @Test("encoding and decoding are inverse", arguments: 1...4)
    func inverse(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32(random.next() % 0x3000 + 1)) }
            let text = String(String.UnicodeScalarView(scalars))
            let back = PercentEncoding.decode(PercentEncoding.encode(text))
            #expect(back.map { Array($0.utf8) } == Array(text.utf8))
        }
    }
}
