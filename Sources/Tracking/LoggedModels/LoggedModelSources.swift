import Core
package import Platform

/// What the registry is told of runs and logged models.
package struct TrackedModelSources: ModelSources {
    package init() {}

    package func run(_ runID: String, _ sql: any SQLConnection) throws -> RunReference? {
        try RunStore(sql).find(runID).map {
            RunReference(runID: $0.runID, experimentID: String($0.experiment), artifactURI: $0.artifactURI)
        }
    }

    package func loggedModel(_ modelID: String, _ sql: any SQLConnection) throws -> LoggedModelReference? {
        guard let model = try LoggedModelStore(sql).find(modelID)?.model else { return nil }
        return LoggedModelReference(
            modelID: model.modelID, experimentID: String(model.experimentID), artifactURI: model.artifactURI,
            sourceRunID: model.sourceRunID.isEmpty ? nil : model.sourceRunID)
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
