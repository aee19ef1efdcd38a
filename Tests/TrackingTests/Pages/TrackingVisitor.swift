import Core
import Foundation
import Platform
import TestSupport
import Testing
import Tracking

extension TestServer {
    /// Somebody who looks at the pages.
    /// - Parameter rights: nil for nobody.
    func visitor(_ rights: Rights? = .everything) throws -> PageVisitor {
        let site = Site(
            navigation: Tracking.navigation, subjects: Tracking.subjectPages, hasSignIn: true, now: services.world.now)
        return try PageVisitor(tracking.endpoints, site: site, authorizer: Visitor(rights: rights))
    }

    /// Stores a file among the artifacts of a run.
    func artifact(_ run: String, experiment: String = "0", _ path: String, _ bytes: [UInt8]) throws {
        let writer = try services.artifacts.write(
            ArtifactPath(parsing: "\(experiment)/\(run)/artifacts/\(path)"))
        try writer.append(bytes)
        _ = try writer.commit()
    }
}

private struct Visitor: Authorizer {
    let rights: Rights?

    func principal(for head: RequestHead) async throws(Failure) -> Principal? {
        rights.map { Principal(name: "ada", method: .session, rights: $0) }
    }
}

extension Response {
    /// The whole answer, also where it is written piece by piece.
    func text() async throws -> String {
        switch body {
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .stream(_, let write):
            let sink = CollectingSink()
            try await write(sink)
            return String(decoding: sink.bytes, as: UTF8.self)
        }
    }

    /// The first link with that text, as the browser follows it.
    func link(_ text: String) -> String? {
        guard let end = html.firstRange(of: ">\(text)</a>") else { return nil }
        let head = html[..<end.lowerBound]
        guard let start = head.ranges(of: "href=\"").last else { return nil }
        let address = String(head[start.upperBound...].prefix { $0 != "\"" })
        return address.replacing("&amp;", with: "&").replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
    }
}
