import CAssets
import Core
import Crypto

/// A file of `ui/`, embedded in the program.
package struct Asset: Sendable {
    let name: String
    let bytes: [UInt8]
    /// Where it is served: its digest is a part of the address, so that a browser may keep it for ever.
    let address: String
    private let digest: String

    /// In the order of Sources/CAssets/assets.c.
    static let all: [Asset] = {
        var assets: [Asset] = []
        while let asset = steward_asset_at(assets.count)?.pointee {
            assets.append(
                Asset(
                    name: String(cString: asset.name),
                    bytes: Array(UnsafeBufferPointer(start: asset.bytes, count: asset.size))))
        }
        return assets
    }()

    private init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        digest = Hexadecimal.text(of: SHA256.hash(data: bytes).prefix(8))
        address = "/assets/\(digest)/\(name)"
    }

    private var contentType: String {
        switch name.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }

    /// The files, for everybody: the sign-in page has them, too.
    package static let endpoint = Endpoint(
        "GET", "/assets/{digest}/{name}", .anyone, .reads, "A style sheet or script of the pages."
    ) { request in
        let (digest, name) = (try request.parameter("digest"), try request.parameter("name"))
        guard let asset = all.first(where: { $0.name.utf8.elementsEqual(name.utf8) && $0.digest == digest }) else {
            throw Failure(.notFound, "there is no such file of this version", hint: "Load the page again.")
        }
        let headers: [(name: String, value: String)] = [
            ("content-type", asset.contentType), ("cache-control", "public, max-age=31536000, immutable"),
        ]
        return Response(headers: Headers(headers), body: .bytes(asset.bytes))
    }.forPeople()
}
