package import Core
package import Logging

/// The log of the process: where lines go, how they look, and which are written.
package struct Log: Sendable {
    package let writer: LogWriter
    package let format: LogFormat
    package let level: Logger.Level
    let now: @Sendable () -> Timestamp

    package init(
        writer: LogWriter = .standardError, format: LogFormat = .text, level: Logger.Level = .info,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.writer = writer
        self.format = format
        self.level = level
        self.now = now
    }

    /// For everything that logs through swift-log.
    package func logger(_ label: String) -> Logger { Logger(label: label, factory: { _ in LineLogHandler(log: self) }) }

    func line(_ level: Logger.Level, _ message: String) -> LogLine {
        LogLine(format, now(), level.rawValue, message)
    }

    func write(_ line: consuming LogLine, _ level: Logger.Level) {
        writer.add(line.finish(), isUrgent: level >= .notice) { dropped in
            var gap = self.line(.warning, "lines of the log were dropped: nobody took them")
            gap.add("lines", dropped)
            return gap.finish()
        }
    }
}

/// Writes swift-log's messages as lines of the log. Values under names that stand for secrets are left out.
struct LineLogHandler: LogHandler {
    private let log: Log
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    init(log: Log) {
        self.log = log
        logLevel = log.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = log.line(event.level, event.message.description)
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let given = event.metadata { all.merge(given) { $1 } }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            line.add(name, Secrets.isSecret(name) ? Secrets.hidden : value.description)
        }
        log.write(line, event.level)
    }
}

/// What must not be in a log.
enum Secrets {
    static let hidden = "(hidden)"

    private static let words = ["authorization", "cookie", "token", "password", "passphrase", "secret", "credential"]

    /// Whether values under this name are kept out of the log.
    static func isSecret(_ name: String) -> Bool {
        let lower = name.lowercased()
        return words.contains { lower.contains($0) }
    }
}

/// Writes a line for each request, and one for each failure whose cause the client is not shown.
///
/// The line holds the path and not the query; it holds no header. Of an address that is a secret it holds the
/// endpoint's path. So no secret a client sends gets into it.
package struct AccessLog: RequestObserver {
    package let log: Log

    package init(_ log: Log) { self.log = log }

    package func finished(_ record: RequestRecord) {
        let level: Logger.Level = record.status >= 500 && record.status != 501 && record.status != 503 ? .error : .info
        guard level >= log.level else { return }
        var line = log.line(level, "request")
        line.add("method", record.method)
        line.add("path", record.path)
        line.add("status", record.status)
        line.add("ms", milliseconds: record.duration)
        line.add("received", record.bytesReceived)
        line.add("sent", record.bytesSent)
        if let client = record.client { line.add("client", client) }
        if record.isCut { line.add("cut", "true") }
        line.add("request_id", record.id)
        log.write(line, level)
    }

    package func failed(_ failure: Failure, requestID: String) {
        let level: Logger.Level = failure.code == .bug ? .error : .warning
        guard level >= log.level else { return }
        var line = log.line(level, failure.message)
        line.add("code", failure.code.rawValue)
        if let cause = failure.cause { line.add("cause", cause) }
        line.add("request_id", requestID)
        log.write(line, level)
    }
}
