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
    package let modelID: String
    package let experimentID: String
    package let artifactURI: String
    package let sourceRunID: String?

    package init(modelID: String, experimentID: String, artifactURI: String, sourceRunID: String?) {
        self.modelID = modelID
        self.experimentID = experimentID
        self.artifactURI = artifactURI
        self.sourceRunID = sourceRunID
    }
}
