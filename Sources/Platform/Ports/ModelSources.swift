package import Core

/// Where a registered model comes from: what the registry asks of whoever keeps runs and logged models, inside the
/// registry's own transaction, so that both see the same state.
package protocol ModelSources: Sendable {
    func run(_ runID: String, _ sql: any SQLConnection) throws -> RunReference?
    func loggedModel(_ modelID: String, _ sql: any SQLConnection) throws -> LoggedModelReference?
    /// The experiments that have their artifacts around a place in this server's store, or below it; nil where none has
    /// them around it.
    func owners(ofArtifactsAt uri: String, _ sql: any SQLConnection) throws -> [Subject]?
    /// What a version was made of: its run and its logged model, with what they say of data and code. Empty identifiers
    /// stand for none.
    func lineage(run runID: String, loggedModel modelID: String, _ sql: any SQLConnection) throws -> Lineage
    /// Tells the logged model that a version was made of it.
    func noteVersion(_ version: Int64, of model: String, loggedModel modelID: String, _ transaction: Transaction) throws
}

package struct RunReference: Sendable {
    package let runID: String
    package let experiment: Subject
    package let artifactURI: String

    package init(runID: String, experiment: Subject, artifactURI: String) {
        self.runID = runID
        self.experiment = experiment
        self.artifactURI = artifactURI
    }
}

package struct LoggedModelReference: Sendable {
    package let modelID: String
    package let experiment: Subject
    package let artifactURI: String
    package let sourceRunID: String?

    package init(modelID: String, experiment: Subject, artifactURI: String, sourceRunID: String?) {
        self.modelID = modelID
        self.experiment = experiment
        self.artifactURI = artifactURI
        self.sourceRunID = sourceRunID
    }
}
