package import Core
package import Platform

/// What the registry is told of runs and logged models.
package struct TrackedModelSources: ModelSources {
    package init() {}

    package func run(_ runID: String, _ sql: any SQLConnection) throws -> RunReference? {
        guard let run = try RunStore(sql).find(runID) else { return nil }
        return RunReference(
            runID: run.runID, experiment: try subject(run.experiment, sql), artifactURI: run.artifactURI)
    }

    package func loggedModel(_ modelID: String, _ sql: any SQLConnection) throws -> LoggedModelReference? {
        guard let model = try LoggedModelStore(sql).find(modelID)?.model else { return nil }
        return LoggedModelReference(
            modelID: model.modelID, experiment: try subject(model.experimentID, sql), artifactURI: model.artifactURI,
            sourceRunID: model.sourceRunID.isEmpty ? nil : model.sourceRunID)
    }

    private func subject(_ experiment: Int64, _ sql: any SQLConnection) throws -> Subject {
        guard let experiment = try ExperimentStore(sql).find(experiment) else {
            throw Failure(.bug, "a run or logged model has no experiment")
        }
        return experiment.subject
    }

    package func owners(ofArtifactsAt uri: String, _ sql: any SQLConnection) throws -> [Subject]? {
        guard let path = try? ArtifactPlace.folder(of: uri) else { return nil }
        let owners = try ExperimentStore(sql).owners(of: path)
        return owners.isContained ? owners.experiments.map(\.subject) : nil
    }

    package func noteVersion(
        _ version: Int64, of model: String, loggedModel modelID: String, _ transaction: Transaction
    ) throws {
        let store = LoggedModelStore(transaction.sql)
        let row = try store.held(modelID)
        let known = try store.tag(LoggedModelWire.versionsTag, of: row)
        let value = LoggedModelWire.adding(version, of: model, toVersionsTag: known)
        try store.setTags([KeyValue(LoggedModelWire.versionsTag, value)], of: row)
    }
}
