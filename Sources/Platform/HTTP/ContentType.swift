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

    /// - Parameter name: without folders.
    package static func of(_ name: String) -> String {
        let end = name.utf8.lastIndex(of: UInt8(ascii: "."))
        let isHidden = end == name.startIndex
        let word = end.flatMap { isHidden ? nil : String(name[name.utf8.index(after: $0)...]) } ?? name
        if text.contains(word) { return "text/plain" }
        return end == nil ? binary : others[word.lowercased()] ?? binary
    }
}
