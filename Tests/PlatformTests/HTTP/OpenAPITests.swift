import Core
import Platform
import TestSupport
import Testing

@Suite("OpenAPI")
struct OpenAPITests {
    private static let endpoints: [Endpoint] = [
        Endpoint("GET", "/things/{id}", .may(Permission("thing.read", .read)), .reads, "One thing.") { _ in Response() }
            .documented(
                query: [.init("full", .flag, "Everything.")],
                response: [
                    .init("id", .text, required: true), .init("sizes", .list(.integer)),
                    .init("owner", .object([.init("name", .text)])), .init("score", .number), .init("extra", .any),
                ]),
        Endpoint("POST", "/things/{id}", .signedIn, .writes, "Changes a thing.") { _ in Response() }
            .documented(request: [.init("name", .text, "Its name.", required: true)]),
        Endpoint("PUT", "/files/{path...}", .anyone, .writes, "Stores a file.", bodyLimit: 1 << 40, streams: true) {
            _ in Response()
        },
    ]

    private static let document = OpenAPI.document(endpoints, title: "Steward", version: "1.2.3")

    @Test("every endpoint is in it, with what it asks for")
    func operations() throws {
        let paths = try #require(Self.document["paths"])
        #expect(paths.members?.map(\.name) == ["/things/{id}", "/files/{path}"])
        let get = try #require(paths["/things/{id}"]?["get"])
        #expect(get["x-permission"]?.text == "thing.read")
        #expect(get["x-effect"]?.text == "reads")
        #expect(get["parameters"]?.elements?.compactMap { $0["name"]?.text } == ["id", "full"])
        let post = try #require(paths["/things/{id}"]?["post"])
        #expect(post["x-permission"]?.text == "signed-in")
        #expect(post["parameters"]?.elements?.compactMap { $0["name"]?.text } == ["id", "Idempotency-Key"])
        #expect(paths["/files/{path}"]?["put"]?["x-permission"]?.text == "anyone")
    }

    @Test("operations have different names, and every parameter of a path is declared")
    func names() throws {
        var names: [String] = []
        for path in try #require(Self.document["paths"]?.members) {
            let inPath = path.name.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
            for operation in path.value.members ?? [] {
                names.append(operation.value["operationId"]?.text ?? "")
                let declared = (operation.value["parameters"]?.elements ?? [])
                    .filter { $0["in"]?.text == "path" && $0["required"]?.flag == true }.compactMap { $0["name"]?.text }
                #expect(declared == inPath.map(String.init))
                #expect(operation.value["responses"]?["200"]?["description"] != nil)
            }
        }
        #expect(Set(names).count == names.count)
    }

    private static let hasValidator =
        (try? ChildProcess.run("python3", ["-c", "import openapi_spec_validator"]).status) == 0

    @Test(
        "it is valid by openapi-spec-validator",
        .enabled(if: hasValidator, "python3 has no openapi_spec_validator"))
    func valid() throws {
        let script = """
            import json, sys
            from openapi_spec_validator import OpenAPIV31SpecValidator
            errors = [e.message for e in OpenAPIV31SpecValidator(json.load(sys.stdin)).iter_errors()]
            print(errors); sys.exit(1 if errors else 0)
            """
        let result = try ChildProcess.run("python3", ["-c", script], input: Self.document.serialised())
        #expect(result.status == 0, "\(result.output)")
    }
}
