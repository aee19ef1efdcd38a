import Core
import Foundation
import MLflow
import Platform
import Testing

@Suite("MLflow's pages")
struct StockInterfaceTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "steward-\(UUID().uuidString)")
    }

    private func install(at path: String) throws {
        let build = folder.appending(path: "\(path)/server/js/build")
        try FileManager.default.createDirectory(
            at: build.appending(path: "static/js"), withIntermediateDirectories: true)
        try Data("<p>pages".utf8).write(to: build.appending(path: "index.html"))
        try Data("{}".utf8).write(to: build.appending(path: "manifest.json"))
        try Data("run()".utf8).write(to: build.appending(path: "static/js/main.00d66947.js"))
        try Data("import x\nVERSION = \"3.18.0\"\n".utf8).write(to: folder.appending(path: "\(path)/version.py"))
    }

    private func files(_ place: String, _ environment: [String: String] = [:]) throws -> InterfaceFiles {
        try InterfaceFiles(place, environment: environment)
    }

    @Test("they are found in a package, its pages, a folder of packages, an environment, and by themselves")
    func found() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = folder.path
        try install(at: "venv/lib/python3.11/site-packages/mlflow")
        let packages = "\(root)/venv/lib/python3.11/site-packages"
        for place in ["\(packages)/mlflow", "\(packages)/mlflow/server/js/build", packages, "\(root)/venv"] {
            #expect(try files(place).version == "3.18.0")
        }
        #expect(try files("auto", ["VIRTUAL_ENV": "\(root)/venv"]).version == "3.18.0")
        let program = folder.appending(path: "venv/bin/mlflow")
        try FileManager.default.createDirectory(
            at: program.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("#!/bin/sh\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        #expect(try files("auto", ["PATH": "/nowhere:\(root)/venv/bin"]).version == "3.18.0")
    }

    @Test("where there are none, it is said what is wanted")
    func absent() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for place in [folder.path, "\(folder.path)/nothing", "auto"] {
            #expect {
                _ = try files(place)
            } throws: {
                ($0 as? Failure)?.code == .invalid && ($0 as? Failure)?.hint != nil
            }
        }
    }

    @Test("pages, files and calls below /mlflow, with a policy that runs no script but theirs")
    func served() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try install(at: "mlflow")
        let calls = try TestCalls()
        let interface = try StockInterface(beside: calls.endpoints, files: files(folder.appending(path: "mlflow").path))
        let all = calls.endpoints + interface.endpoints
        #expect(try await AuthorizationSweep.findings(all, aliases: interface.aliases, world: .live) == [])
        let responder = Responder(
            routes: try RouteTable(all, aliases: interface.aliases), errorForms: MLflowErrors.forms, settings: .init(),
            world: .live, observer: RequestObservers([]))
        func get(_ path: String) async -> Response {
            await responder.respond(
                to: RequestHead(method: "GET", target: path, headers: Headers([("host", "localhost")])))
        }
        #expect(await get("/mlflow").headers["location"] == "mlflow/")
        let page = await get("/mlflow/")
        #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(page.headers["cache-control"] == "no-cache")
        let policy = page.headers["content-security-policy"] ?? ""
        #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self' 'unsafe-eval';"))
        #expect(policy.contains("frame-ancestors 'none'"))
        let script = await get("/mlflow/static-files/static/js/main.00d66947.js")
        #expect(script.headers["cache-control"] == "private, max-age=31536000, immutable")
        #expect(await get("/mlflow/static-files/manifest.json").headers["cache-control"] == "no-cache")
        #expect(await get("/mlflow/static-files/nothing.js").status == 404)
        #expect(await get("/mlflow/ajax-api/2.0/mlflow/runs/get?run_id=a").status == 200)
        #expect(await get("/mlflow/api/2.0/mlflow/runs/get?run_id=a").status == 200)
        #expect(await get("/mlflow/ajax-api/3.0/mlflow/ui-telemetry").status == 200)
    }

    @Test("without files there are no pages, but GraphQL")
    func withoutFiles() throws {
        let interface = try StockInterface(beside: TestCalls().endpoints, files: nil)
        #expect(interface.aliases.isEmpty)
        #expect(interface.endpoints.contains { $0.path == "/graphql" })
        #expect(!interface.endpoints.contains { $0.path.hasPrefix("/mlflow") })
    }
}
