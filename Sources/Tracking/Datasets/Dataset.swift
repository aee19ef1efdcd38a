import Core

/// Data that runs used. What makes it one and the same is its experiment, name and digest.
struct Dataset: Sendable {
    let name: String
    let digest: String
    /// How `source` is to be read: `s3`, `http`, `local`, ...
    let sourceType: String
    let source: String
    let schema: String?
    let profile: String?
}

/// A dataset as one run used it.
struct DatasetInput: Sendable {
    let dataset: Dataset
    var tags: [KeyValue]

    /// The tag that says what for: `training`, `validation`.
    static let contextTag = "mlflow.data.context"
}

/// A model that a run made.
struct ModelOutput: Sendable {
    let modelID: String
    let step: Int64
}

/// What went into a run and what came out of it, besides numbers and files.
struct RunLinks: Sendable {
    /// In the order they were logged, as are the others.
    var datasets: [DatasetInput] = []
    var modelInputs: [String] = []
    var modelOutputs: [ModelOutput] = []
}

/// A dataset of an experiment, once for each context it was used in.
struct DatasetSummary: Sendable {
    let experimentID: Int64
    let name: String
    let digest: String
    let context: String?
}
