import Core
import Platform

/// A Jupyter notebook (nbformat 4) as text and pictures. Nothing in it is run and no markup of it is used: HTML outputs
/// are left out in favour of the plain text that stands beside them.
struct Notebook: Sendable {
    private enum Piece: Sendable {
        case prose(String)
        case code(String)
        case output(String)
        /// Its address, which holds all of it.
        case picture(String)
        case problem(String)
    }

    private var pieces: [Piece] = []

    private static let pieceLimit = 500
    /// Bytes of all pictures together, as Base64: a page stays loadable.
    private static let pictureLimit = 2 << 20

    /// - Returns: nil for what is no notebook.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), let cells = json["cells"]?.elements else { return nil }
        var room = Self.pictureLimit
        for cell in cells where pieces.count < Self.pieceLimit {
            let source = Self.lines(cell["source"])
            switch cell["cell_type"]?.text {
            case "markdown", "raw": pieces.append(.prose(source))
            case "code":
                pieces.append(.code(source))
                for output in cell["outputs"]?.elements ?? [] { add(output, &room) }
            default: continue
            }
        }
    }

    private mutating func add(_ output: JSON, _ room: inout Int) {
        if output["output_type"]?.text == "error" {
            let name = output["ename"]?.text ?? "Error"
            pieces.append(.problem("\(name): \(output["evalue"]?.text ?? "")"))
            return
        }
        if output["output_type"]?.text == "stream" {
            pieces.append(.output(Self.lines(output["text"])))
            return
        }
        guard let data = output["data"] else { return }
        for type in ["image/png", "image/jpeg"] {
            guard let member = data[type] else { continue }
            let base64 = Self.lines(member).filter { !$0.isWhitespace }
            let address = "data:\(type);base64,\(base64)"
            guard SafeAddress.isSafe(address), base64.utf8.count <= room else { break }
            room -= base64.utf8.count
            pieces.append(.picture(address))
            return
        }
        if let plain = data["text/plain"] { pieces.append(.output(Self.lines(plain))) }
    }

    /// A text, or a list of its lines.
    private static func lines(_ json: JSON?) -> String {
        json?.text ?? (json?.elements ?? []).compactMap(\.text).joined()
    }

    func write(_ html: inout Markup) {
        html.element("div", ["class": "notebook"]) { html in
            for piece in pieces {
                switch piece {
                case .prose(let text): html.prose(text)
                case .code(let text):
                    html.element("pre", ["class": "code", "tabindex": "0"], text: DisplayText.cleanLines(text))
                case .output(let text): html.element("pre", ["tabindex": "0"], text: DisplayText.cleanLines(text))
                case .picture(let address):
                    html.empty("img", ["src": address, "alt": "An output of the cell above"])
                case .problem(let text):
                    html.notice(.bad) { html in html.element("p") { $0.outside(text) } }
                }
            }
            if pieces.count >= Self.pieceLimit {
                html.element("p", ["class": "sub"], text: "The rest of the notebook is not shown.")
            }
        }
    }
}
