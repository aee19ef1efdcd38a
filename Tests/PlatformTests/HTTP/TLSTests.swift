import Core
import Foundation
import Platform
import TestSupport
import Testing

/// TLS with a certificate made for the test. Needs the programs openssl and curl.
@Suite(
    "TLS",
    .enabled(if: ChildProcess.find("openssl") != nil && ChildProcess.find("curl") != nil, "openssl or curl is absent"))
struct TLSTests {
    /// A folder with `name.pem` and `name.key`.
    private func makeCertificate(_ folder: URL, _ name: String, _ commonName: String) throws -> TLSFiles {
        let files = TLSFiles(
            certificate: folder.appending(path: "\(name).pem").path, key: folder.appending(path: "\(name).key").path)
        let (status, output) = try ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(commonName)", "-addext", "subjectAltName=DNS:localhost", "-keyout", files.key, "-out",
                files.certificate,
            ])
        guard status == 0 else { throw RawClient.Problem(description: output) }
        return files
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steward-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func curl(_ server: TestServer, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let port = server.port
        return try await ChildProcess.runAside(
            "curl", ["-sS", "--max-time", "60", "--resolve", "localhost:\(port):127.0.0.1"] + arguments)
    }

    @Test("requests, keep-alive, large bodies both ways; the oldest protocols are refused")
    func requests() async throws {
        try await withFolder { folder async throws in
            var options = ServerOptions()
            let files = try makeCertificate(folder, "one", "first")
            options.tls = files
            try await withServer(options) { server async throws in
                let base = "https://localhost:\(server.port)"
                let two = try await curl(server, ["--cacert", files.certificate, "\(base)/hello", "\(base)/hello"])
                #expect(two.output == "hellohello")
                #expect(server.figures.accepted == 1)
                let place = try await curl(server, ["--cacert", files.certificate, "\(base)/server"])
                #expect(place.output == base)
                let large = folder.appending(path: "large").path
                try Data(repeating: 65, count: 5_000_000).write(to: URL(filePath: large))
                let upload = try await curl(
                    server, ["--cacert", files.certificate, "-T", large, "\(base)/upload/large"])
                #expect(upload.output == "large 5000000")
                let back = folder.appending(path: "back").path
                _ = try await curl(server, ["--cacert", files.certificate, "-o", back, "\(base)/bytes/5000000"])
                #expect(try Data(contentsOf: URL(filePath: back)).count == 5_000_000)
                let old = try await curl(
                    server, ["--cacert", files.certificate, "--tls-max", "1.1", "--tlsv1.0", "\(base)/hello"])
                #expect(old.status != 0)
                // Plain HTTP on this port gets no answer, and does no harm.
                let client = try await server.connect()
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await !client.readToEnd().contains("hello"))
            }
        }
    }

    @Test("browsers are told to stay with TLS, but not for all of this machine, and not without it")
    func strictTransport() async throws {
        try await withFolder { folder async throws in
            var options = ServerOptions()
            options.tls = try makeCertificate(folder, "one", "first")
            options.settings.hosts.insert("models.example.org")
            try await withServer(options) { server async throws in
                let resolving = ["--resolve", "models.example.org:\(server.port):127.0.0.1", "-k", "-i"]
                func head(_ host: String, _ path: String) async throws -> String {
                    try await curl(server, resolving + ["https://\(host):\(server.port)\(path)"]).output.lowercased()
                }
                for path in ["/hello", "/nothing-here", "/bytes/5000"] {
                    let shown = try await head("models.example.org", path)
                    #expect(shown.contains("\r\nstrict-transport-security: max-age=31536000\r\n"), "\(path): \(shown)")
                }
                #expect(try await !head("localhost", "/hello").contains("strict-transport-security"))
            }
            options.tls = nil
            try await withServer(options) { server async throws in
                let plain = try await server.request("GET /hello HTTP/1.1\r\nHost: models.example.org\r\n\r\n")
                #expect(plain.status == 200 && plain["strict-transport-security"] == nil)
            }
        }
    }

    @Test("files that were changed are used for new connections; bad ones are not")
    func reload() async throws {
        try await withFolder { folder async throws in
            var options = ServerOptions()
            let files = try makeCertificate(folder, "one", "first")
            options.tls = files
            try await withServer(options) { server async throws in
                let base = "https://localhost:\(server.port)"
                let old = try String(contentsOfFile: files.certificate, encoding: .utf8)
                try "broken".write(toFile: files.certificate, atomically: true, encoding: .utf8)
                server.running.reloadCertificate()
                try old.write(toFile: files.certificate, atomically: true, encoding: .utf8)
                #expect(try await curl(server, ["--cacert", files.certificate, "\(base)/hello"]).output == "hello")
                _ = try makeCertificate(folder, "one", "second")
                server.running.reloadCertificate()
                let shown = try await curl(server, ["-v", "--cacert", files.certificate, "\(base)/hello"])
                #expect(shown.output.contains("CN=second"))
            }
        }
    }

    @Test("bad files are named, with what is wrong")
    func badFiles() async throws {
        try await withFolder { folder async throws in
            let one = try makeCertificate(folder, "one", "first")
            let two = try makeCertificate(folder, "two", "second")
            let locked = folder.appending(path: "locked.key").path
            _ = try ChildProcess.run(
                "openssl", ["ec", "-in", one.key, "-aes256", "-passout", "pass:secret", "-out", locked])
            let cases: [(TLSFiles, String)] = [
                (TLSFiles(certificate: one.certificate + "x", key: one.key), "no such file"),
                (TLSFiles(certificate: one.key, key: one.key), "holds no certificate"),
                (TLSFiles(certificate: one.certificate, key: one.certificate), "holds no private key"),
                (TLSFiles(certificate: one.certificate, key: locked), "holds no private key"),
                (TLSFiles(certificate: one.certificate, key: two.key), "does not belong"),
            ]
            for (files, expected) in cases {
                var options = ServerOptions()
                options.tls = files
                let failure = await #expect(throws: Failure.self) { try await withServer(options) { _ in } }
                #expect(failure?.message.contains(expected) == true, "\(failure?.message ?? "none")")
            }
        }
    }
}
