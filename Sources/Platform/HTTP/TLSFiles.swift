import Core
import NIOSSL
import Synchronization

/// Where a server's certificate and private key are, both in PEM form.
package struct TLSFiles: Sendable {
    /// The server's certificate first, then those that lead to its root.
    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// - Throws: what is wrong with which file.
    func load() throws(Failure) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        let certificateBytes = try FileContents.read(certificate, limit: Self.limit)
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(certificateBytes)
        } catch {
            throw Failure(
                .invalid, "\(certificate): holds no certificate",
                hint: "Give a PEM file, with -----BEGIN CERTIFICATE-----.",
                cause: "\(error)")
        }
        guard !chain.isEmpty else { throw Failure(.invalid, "\(certificate): holds no certificate") }
        let privateKey: NIOSSLPrivateKey
        let keyBytes = try FileContents.read(key, limit: Self.limit)
        do {
            // No passphrase: the library would ask for one on the terminal.
            privateKey = try NIOSSLPrivateKey(bytes: keyBytes, format: .pem) { (give: ([UInt8]) -> Void) in give([]) }
        } catch {
            throw Failure(
                .invalid, "\(key): holds no private key that can be used",
                hint: "Give a PEM file without a passphrase, with -----BEGIN PRIVATE KEY-----.", cause: "\(error)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(
                .invalid, "the private key in \(key) does not belong to the certificate in \(certificate)",
                hint: "Give the two files that were made together.", cause: "\(error)")
        }
    }

    /// 1 MiB; a chain has some kilobytes.
    private static let limit = 1 << 20
}

/// The certificate and key that new connections use.
final class TLSContext: Sendable {
    private let files: TLSFiles
    private let context: Mutex<NIOSSLContext>

    init(_ files: TLSFiles) throws(Failure) {
        self.files = files
        context = Mutex(try files.load())
    }

    var current: NIOSSLContext { context.withLock { $0 } }

    /// - Throws: what is wrong with the files; the old context stays.
    func reload() throws(Failure) {
        let fresh = try files.load()
        context.withLock { $0 = fresh }
    }
}
