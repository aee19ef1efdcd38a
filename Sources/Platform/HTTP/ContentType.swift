/// What kind of file a name promises, for downloads. Sources and data that people read are plain text, as in MLflow.
package enum ContentType {
    private static let binary = "application/octet-stream"

    private static let text: Set<String> = [
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml",
        "xml",
        "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb", "MLmodel", "MLproject",
    ]

    private static let others: [String: String] = [
        "avif": "image/avif", "bmp": "image/bmp", "gif": "image/gif", "ico": "image/vnd.microsoft.icon",
        "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml", "tif": "image/tiff",
        "tiff": "image/tiff", "webp": "image/webp",
        "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/x-wav", "flac": "audio/x-flac",
        "mp4": "video/mp4", "mpeg": "video/mpeg", "webm": "video/webm", "mov": "video/quicktime",
        "htm": "text/html", "html": "text/html", "css": "text/css", "sh": "application/x-sh",
        "pdf": "application/pdf", "zip": "application/zip", "tar": "application/x-tar", "gz": "application/gzip",
        "tgz": "application/x-tar", "whl": "application/zip",
    ]

    private static let page: [String: String] = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "json": "application/json",
        "map": "application/json", "txt": "text/plain; charset=utf-8", "wasm": "application/wasm",
        "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
        "webp": "image/webp", "ico": "image/vnd.microsoft.icon", "woff": "font/woff", "woff2": "font/woff2",
        "ttf": "font/ttf", "otf": "font/otf",
    ]

    /// The type of a file that a page is made of; browsers refuse scripts and styles that call themselves plain text.
    /// - Parameter name: without folders.
    package static func ofPage(_ name: String) -> String {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return binary }
        return page[name[name.utf8.index(after: dot)...].lowercased()] ?? binary
    }

    /// - Parameter name: without folders.
    package static func of(_ name: String) -> String {
        let end = name.utf8.lastIndex(of: UInt8(ascii: "."))
        let isHidden = end == name.startIndex
        let word = end.flatMap { isHidden ? nil : String(name[name.utf8.index(after: $0)...]) } ?? name
        if text.contains(word) { return "text/plain" }
        return end == nil ? binary : others[word.lowercased()] ?? binary
    }
}
