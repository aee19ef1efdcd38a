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

    package func lineage(run runID: String, loggedModel modelID: String, _ sql: any SQLConnection) throws -> Lineage {
        var lineage = Lineage()
        var experiment: Int64?
        if !modelID.isEmpty, let model = try LoggedModelStore(sql).find(modelID)?.model {
            lineage.loggedModel = .init(id: model.modelID, name: model.name)
            experiment = model.experimentID
        }
        if !runID.isEmpty, let run = try RunStore(sql).find(runID) {
            // Rights over one experiment say nothing about another.
            if experiment != run.experiment { lineage.loggedModel = nil }
            experiment = run.experiment
            lineage.run = .init(
                id: run.runID, name: run.name, status: run.status.rawValue,
                started: Timestamp(milliseconds: run.startTime),
                ended: run.endTime.map(Timestamp.init(milliseconds:)), isDeleted: run.isDeleted, user: run.userID)
            lineage.datasets =
                try RunLinkStore(sql).links(of: [run.row])[run.row]?.datasets.prefix(20).map { input in
                    .init(
                        name: input.dataset.name, digest: input.dataset.digest,
                        context: input.tags.first { $0.key == DatasetInput.contextTag }?.value ?? "")
                } ?? []
            lineage.code = try code(of: run, sql)
        }
        lineage.experiment = try experiment.flatMap { try ExperimentStore(sql).find($0) }.map {
            .experiment($0.id, $0.name)
        }
        return lineage
    }

    /// What MLflow's clients note of the code that ran.
    private func code(of run: Run, _ sql: any SQLConnection) throws -> Lineage.Code {
        var code = Lineage.Code()
        try sql.forEach(
            """
            SELECT k.name, t.value FROM tracking_tag t JOIN tracking_key k ON k.id = t.key
            WHERE t.run = ?1 AND k.name >= 'mlflow.source.' AND k.name < 'mlflow.source/'
            """, [.integer(run.row)]
        ) { row in
            switch row.text(0) {
            case "mlflow.source.name": code.source = row.text(1)
            case "mlflow.source.type": code.kind = row.text(1)
            case "mlflow.source.git.commit": code.commit = row.text(1)
            case "mlflow.source.git.branch": code.branch = row.text(1)
            case "mlflow.source.git.repoURL": code.repository = row.text(1)
            default: break
            }
        }
        return code
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
