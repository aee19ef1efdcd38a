import Core

/// What is known of one recorded call of an application, without its spans.
struct Trace: Sendable {
    let traceID: String
    let experimentID: Int64
    /// When the call began.
    let requestTime: Timestamp
    /// Milliseconds; nil while it is at work.
    let duration: Int64?
    let state: TraceState
    let clientRequestID: String?
    /// The beginning of what was asked and answered, as the client cut it.
    let requestPreview: String?
    let responsePreview: String?
    /// Sorted by the bytes of the keys, as are the tags.
    var metadata: [KeyValue]
    var tags: [KeyValue]
    /// Each a JSON document as the protocol has it, in the order they were made.
    var assessments: [String] = []

    var artifactURI: String? { tags.first { $0.key.utf8.elementsEqual(TraceKey.artifactLocation.utf8) }?.value }
}

enum TraceState: String, Sendable {
    case unspecified = "STATE_UNSPECIFIED"
    case ok = "OK"
    case error = "ERROR"
    case inProgress = "IN_PROGRESS"
}

/// Names of tags and metadata that mean something to this server.
enum TraceKey {
    /// Where clients put `traces.json` and look for it.
    static let artifactLocation = "mlflow.artifactLocation"
    /// What the application calls itself.
    static let name = "mlflow.traceName"
    static let linkedPrompts = "mlflow.linkedPrompts"
    static let sourceRun = "mlflow.sourceRun"
    /// Says that the trace was sent by the client as a whole, after its end.
    static let finalized = "mlflow.trace.infoFinalized"
    /// Would send clients to the server for the spans. They are in the artifacts, so it is never stored.
    static let spansLocation = "mlflow.trace.spansLocation"

    /// Whether a tag is the server's: with other values in it clients would look for spans in the wrong place.
    static func isReserved(_ key: String) -> Bool {
        [artifactLocation, spansLocation].contains { $0.utf8.elementsEqual(key.utf8) }
    }
}
