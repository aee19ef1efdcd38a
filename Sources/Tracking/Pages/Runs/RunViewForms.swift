import Core
import Platform

/// Keeps views of an experiment's runs, and forgets them.
struct RunViewForms: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        [
            .form(
                "/experiments/{experiment}/views", .may(.writeExperiments), "Keeps a view of an experiment's runs."
            ) { try await save($0, $1) }.aboutExperiment(services.subjects),
            .form(
                "/experiments/{experiment}/views/delete", .may(.writeExperiments),
                "Forgets a view of an experiment's runs."
            ) { try await delete($0, $1) }.aboutExperiment(services.subjects),
        ]
    }

    private func save(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let experiment = try await services.experiment(request)
        let name = try form.required("name", "Name")
        guard name.unicodeScalars.count <= SavedRunView.nameLimit else {
            throw Failure(.invalid, "Name: it has more than \(SavedRunView.nameLimit) characters")
        }
        // What is kept is what this server would write, not what was sent.
        let view = RunsView(experiment.id, Query(form.text("query")))
        let query = view.queryText
        guard query.utf8.count <= SavedRunView.queryLimit else {
            throw Failure(.invalid, "The view is longer than \(SavedRunView.queryLimit) bytes")
        }
        let (saved, now) = (SavedRunView(name: name, query: query), services.services.world.now())
        try await services.database.write { transaction in
            try SavedRunViewStore(transaction.sql).save(saved, of: experiment.id, by: request.principal, now: now)
        }
        return .goTo(view.address)
    }

    private func delete(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let experiment = try await services.experiment(request)
        let name = form.text("name")
        try await services.database.write { try SavedRunViewStore($0.sql).delete(name, of: experiment.id) }
        return .goTo(experiment.address)
    }
}
