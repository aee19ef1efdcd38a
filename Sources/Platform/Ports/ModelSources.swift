/// Where a registered model comes from: what the registry asks of whoever keeps runs and logged models, inside the
/// registry's own transaction, so that both see the same state.
package protocol ModelSources: Sendable {
    func run(_ runID: String, _ sql: any SQLConnection) throws -> RunReference?
    func loggedModel(_ modelID: String, _ sql: any SQLConnection) throws -> LoggedModelReference?
    /// Tells the logged model that a version was made of it.
    func noteVersion(_ version: Int64, of model: String, loggedModel modelID: String, _ transaction: Transaction) throws
}

package struct RunReference: Sendable {
    package let runID: String
    package let experimentID: String
    package let artifactURI: String

    package init(runID: String, experimentID: String, artifactURI: String) {
        self.runID = runID
        self.experimentID = experimentID
        self.artifactURI = artifactURI
    }
}

package struct LoggedModelReference: Sendable {
    package struct Metric: Sendable {
        package let key: String
        package let value: Double
        package let timestamp: Int64
        package let step: Int64
        package let datasetName: String?
        package let datasetDigest: String?
        package let runID: String?

        package init(
            key: String, value: Double, timestamp: Int64, step: Int64, datasetName: String?, datasetDigest: String?,
            runID: String?
        ) {
            self.key = key
            self.value = value
            self.timestamp = timestamp
            self.step = step
            self.datasetName = datasetName
            self.datasetDigest = datasetDigest
            self.runID = runID
        }
    }

    package let modelID: String
    package let experimentID: String
    package let artifactURI: String
    package let sourceRunID: String?
    package let parameters: [(key: String, value: String)]
    package let metrics: [Metric]

    package init(
        modelID: String, experimentID: String, artifactURI: String, sourceRunID: String?,
        parameters: [(key: String, value: String)], metrics: [Metric]
    ) {
        self.modelID = modelID
        self.experimentID = experimentID
        self.artifactURI = artifactURI
        self.sourceRunID = sourceRunID
        self.parameters = parameters
        self.metrics = metrics
    }
}
