import Core
import Platform

/// A look at a file: what it is decides how, and nothing in it is run.
struct ArtifactPreview: Sendable {
    enum Content: Sendable {
        case text(String)
        case table(DelimitedText)
        case notebook(Notebook)
        /// Shown by the browser from the address of the download, which is confined to itself.
        case image
        case none(String)
    }

    let path: ArtifactPath
    let entry: ArtifactEntry
    let run: Run
    /// Of the file, when it is known.
    private let sha256: String?
    private let content: Content
    /// Whether only the beginning is shown.
    private let isCut: Bool

    /// Bytes that are read of a file.
    private static let textLimit = 256 << 10
    /// Notebooks carry their pictures inside and are useless when cut.
    private static let notebookLimit = 4 << 20
    private static let imageLimit: Int64 = 20 << 20
    private static let images: Set<String> = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "image/bmp", "image/avif",
    ]

    init(
        _ path: ArtifactPath, in root: ArtifactPath, _ entry: ArtifactEntry, of run: Run, _ artifacts: ArtifactService
    ) async throws {
        self.path = path
        self.entry = entry
        self.run = run
        let file = try await artifacts.open(root.appending(path.text))
        sha256 = file.record?.sha256
        let name = (path.name ?? "").lowercased()
        if Self.images.contains(ContentType.of(name)) {
            let head = try await artifacts.run { try file.reader.bytes(at: 0, count: 512) }
            content =
                !Self.isPicture(head)
                ? .none("By its name this is a picture, but not by its content.")
                : entry.size <= Self.imageLimit ? .image : .none("The picture is too large to be shown here.")
            isCut = false
            return
        }
        let isNotebook = name.hasSuffix(".ipynb")
        let limit = isNotebook ? Self.notebookLimit : Self.textLimit
        let bytes = try await artifacts.run { try file.reader.bytes(at: 0, count: limit) }
        isCut = file.reader.size > Int64(bytes.count)
        content = Self.content(bytes, name, isCut: isCut)
    }

    /// Whether a file begins as pictures do that browsers show.
    private static func isPicture(_ head: [UInt8]) -> Bool {
        let beginnings: [[UInt8]] = [
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF], Array("GIF8".utf8), Array("BM".utf8),
        ]
        if beginnings.contains(where: { head.starts(with: $0) }) { return true }
        // WebP and AVIF name themselves behind a length.
        if head.starts(with: Array("RIFF".utf8)) { return head.dropFirst(8).starts(with: Array("WEBP".utf8)) }
        if head.dropFirst(4).starts(with: Array("ftyp".utf8)) { return true }
        return String(decoding: head, as: UTF8.self).contains("<svg")
    }

    private static func content(_ bytes: [UInt8], _ name: String, isCut: Bool) -> Content {
        if bytes.isEmpty { return .none("The file is empty.") }
        guard var text = text(bytes, isCut: isCut) else {
            return .none("This is no text, so there is nothing to show.")
        }
        if name.hasSuffix(".ipynb"), !isCut, let notebook = Notebook(bytes) { return .notebook(notebook) }
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
            return .table(DelimitedText(text, separator: name.hasSuffix(".tsv") ? "\t" : ",", isCut: isCut))
        }
        // Written for programs, on one line.
        if name.hasSuffix(".json"), !isCut, text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) < 2,
            let json = try? JSONParser.parse(bytes)
        {
            text = json.text(pretty: true)
        }
        return .text(text)
    }

    /// - Returns: nil for what is no UTF-8; a character that was cut at the end is left out.
    private static func text(_ bytes: [UInt8], isCut: Bool) -> String? {
        guard !bytes.contains(0) else { return nil }
        for less in 0..<(isCut ? 4 : 1) {
            if let text = String(validating: bytes.dropLast(less), as: UTF8.self) { return text }
        }
        return nil
    }

    private var download: Address {
        Address("/api/v1/runs", run.runID).adding("/artifacts").appending(path.components)
    }

    func write(_ html: inout Markup) {
        html.element("header") { html in
            html.element("b") { $0.name(path.text, width: 80) }
            html.element("span", ["class": "actions"]) { html in
                html.sub(DisplayValue.bytes(entry.size))
                html.download("Download", download)
            }
        }
        if isCut {
            html.notice(.neutral) { html in
                html.element("p", text: "Only the beginning is shown; the download has all of it.")
            }
        }
        switch content {
        case .text(let text): html.element("pre", ["tabindex": "0"], text: DisplayText.cleanLines(text))
        case .table(let table): table.write(&html)
        case .notebook(let notebook): notebook.write(&html)
        case .image:
            html.empty("img", ["src": download.text, "alt": DisplayText.label(path.name ?? ""), "loading": "lazy"])
        case .none(let words): html.element("p") { $0.text(words) }
        }
        if let sha256 {
            html.element("p", ["class": "sub"]) { html in
                html.text("SHA-256 ")
                html.identifier(sha256, shown: String(sha256.prefix(16)) + "\u{2026}")
            }
        }
    }
}
