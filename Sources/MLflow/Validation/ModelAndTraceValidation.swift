package import Core

// Logged models and traces. MLflow's server checks little of them; the limits keep what one request may store in
// bounds.
extension Validate {
    /// Characters of a value of a logged model or trace. The tag `mlflow.modelVersions` grows with every version.
    private static let valueLength = 100_000
    private static let previewLength = 1_000_000
    /// Tags, entries of the metadata and assessments of one trace.
    private static let entriesPerTrace = 1000

    package static func loggedModelTag(_ key: String, value: String) throws(Failure) {
        guard !key.isEmpty else { throw missingValue(at: "key") }
        try entityName(key, at: "key")
        try length("key", key, atMost: ValidationLimit.entityKey)
        try length("value", value, atMost: valueLength)
    }

    /// Parameters come from the settings of models, so any key is taken.
    package static func loggedModelParameter(_ key: String, value: String) throws(Failure) {
        guard !key.isEmpty else { throw missingValue(at: "key") }
        try length("Param key", key, atMost: ValidationLimit.entityKey)
        try length("Param value", value, atMost: valueLength)
    }

    /// The identifier of a logged model as somebody names it; whether there is such a model is another matter.
    package static func loggedModelID(_ modelID: String) throws(Failure) {
        try length("model_id", modelID, atMost: ValidationLimit.modelID)
    }

    /// What a client says of where a logged model comes from; empty where nothing is said.
    package static func loggedModelOrigin(modelType: String, sourceRunID: String) throws(Failure) {
        try length("model_type", modelType, atMost: ValidationLimit.modelName)
        try length("source_run_id", sourceRunID, atMost: ValidationLimit.runID)
    }

    /// An identifier that a client made: it becomes the name of a folder.
    package static func traceID(_ traceID: String) throws(Failure) {
        guard !traceID.isEmpty, traceID.utf8.count <= 250, traceID != ".", traceID != "..",
            !traceID.unicodeScalars.contains(where: { "/\\#?%:".unicodeScalars.contains($0) || $0.value < 0x20 })
        else { throw invalidValue(traceID, at: "trace_id", "must be a single path component") }
    }

    /// A tag of a trace, or an entry of its metadata.
    package static func traceEntry(_ key: String, value: String) throws(Failure) {
        guard !key.isEmpty else { throw missingValue(at: "key") }
        try length("key", key, atMost: ValidationLimit.entityKey)
        try length("value", value, atMost: valueLength)
    }

    /// The numbers of what one trace has of each.
    package static func traceEntries(
        tags: Int, metadata: Int, assessments: Int
    ) throws(Failure) {
        for (what, count) in [("tags", tags), ("trace_metadata", metadata), ("assessments", assessments)]
        where count > entriesPerTrace {
            throw Failure(.invalid, "'\(what)' of a trace has more than \(entriesPerTrace) entries; got \(count)")
        }
    }

    /// The name a client has for the request that led to a trace.
    package static func clientRequestID(_ identifier: String) throws(Failure) {
        try length("client_request_id", identifier, atMost: ValidationLimit.entityKey)
    }

    package static func tracePreview(_ text: String, field: String) throws(Failure) {
        try length(field, text, atMost: previewLength)
    }
}
