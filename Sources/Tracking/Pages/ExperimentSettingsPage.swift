import Core
import MLflow
import Platform

/// What can be changed about an experiment: name, description, tags; deletion and restoring.
struct ExperimentSettingsPage: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        let subjects = services.subjects
        return [
            .page(
                "/experiments/{experiment}/settings", .may(.readExperiments),
                "What can be changed about an experiment."
            ) { request, _ in try await page(request) }.aboutExperiment(subjects),
            .form(
                "/experiments/{experiment}/settings", .may(.writeExperiments),
                "Renames an experiment and describes it."
            ) { try await change($0, $1) }.about(subjects) { request in
                let name = try await FormFields(request).text("name")
                return [
                    TrackedNeed(
                        .experimentMeant(try request.parameter("experiment")), newName: name.isEmpty ? nil : name)
                ]
            },
            .form("/experiments/{experiment}/tags", .may(.writeExperiments), "Sets or removes a tag of an experiment.")
            {
                try await tag($0, $1)
            }.aboutExperiment(subjects),
            .form("/experiments/{experiment}/delete", .may(.deleteExperiments), "Deletes an experiment with its runs.")
            {
                try await delete($0, $1)
            }.aboutExperiment(subjects),
            .form("/experiments/{experiment}/restore", .may(.deleteExperiments), "Restores a deleted experiment.") {
                try await restore($0, $1)
            }.aboutExperiment(subjects),
        ]
    }

    private func page(_ request: Request) async throws -> Page {
        let experiment = try await services.experiment(request)
        let note = experiment.tags.first { $0.key == NoteTag.key }?.value ?? ""
        return try await page(experiment, request, name: experiment.name, note: note, error: nil)
    }

    private func page(
        _ experiment: Experiment, _ request: Request, name: String, note: String, error: String?
    ) async throws -> Page {
        let runs = try await services.database.read { try RunCount.of([experiment.id], $0)[experiment.id]?.runs ?? 0 }
        let subject = experiment.subject
        var page = Page("Settings", section: "/experiments", crumbs: Experiment.crumbs + [experiment.crumb])
        if experiment.isDeleted { page.badge = Badge(.neutral, "deleted") }
        let mayWrite = request.principal.may(.writeExperiments, over: subject) && !experiment.isDeleted
        page.body { html in
            if mayWrite {
                description(experiment, name, note, error, &html)
                tags(experiment, &html)
            }
            if request.principal.may(.deleteExperiments, over: subject) { removal(experiment, runs, &html) }
        }
        page.rail { html in
            html.section("About", id: "about") { html in
                html.facts { html in
                    html.fact("Identifier") { $0.identifier(String(experiment.id)) }
                    html.fact("Created") { $0.moment(experiment.createdAt) }
                    html.fact("Changed") { $0.moment(experiment.updatedAt) }
                    html.fact("Artifacts") { $0.identifier(experiment.location) }
                }
            }
        }
        return page
    }

    private func description(
        _ experiment: Experiment, _ name: String, _ note: String, _ error: String?, _ html: inout Markup
    ) {
        html.section("Name and description", id: "description") { html in
            html.form(experiment.address.adding("/settings")) { html in
                html.field(
                    FormField("name", "Name", isRequired: true, hint: "Unique, also among the deleted."), name,
                    error: error)
                html.field(
                    FormField("note", "Description", .lines(6), hint: "What question do its runs answer?"), note)
                html.buttons { $0.submit("Save") }
            }
        }
    }

    private func tags(_ experiment: Experiment, _ html: inout Markup) {
        let own = experiment.tags.filter { !$0.key.utf8.starts(with: "mlflow.".utf8) }
        html.section("Tags", id: "tags") { html in
            TagForms(action: experiment.address.adding("/tags"), tags: own.map { ($0.key, $0.value) }).write(&html)
        }
    }

    private func removal(_ experiment: Experiment, _ runs: Int64, _ html: inout Markup) {
        html.section(experiment.isDeleted ? "Restore" : "Delete", id: "removal") { html in
            if experiment.isDeleted {
                html.form(experiment.address.adding("/restore")) { html in
                    html.element("p", text: "Makes the experiment active again, and all its deleted runs.")
                    html.reasonField(place: "restore")
                    html.buttons { $0.submit("Restore experiment") }
                }
            } else {
                html.act("Delete experiment", .danger) { html in
                    html.form(experiment.address.adding("/delete")) { html in
                        html.element("p") { html in
                            html.text("Deletes ")
                            html.element("b") { $0.name(experiment.name, width: 80) }
                            html.text(" with its \(DisplayValue.grouped(Int(runs))) \(runs == 1 ? "run" : "runs"). ")
                            html.text("They can be restored until they are purged.")
                        }
                        html.reasonField(place: "delete")
                        html.buttons { $0.submit("Delete experiment", .dangerPrimary) }
                    }
                }
            }
        }
    }

    // MARK: - Changes

    private func change(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let experiment = try await services.experiment(request)
        let (now, origin) = (services.services.world.now(), form.origin)
        let note = form.text("note")
        do {
            let name = try form.required("name", "Name")
            try Validate.experimentName(name)
            try Validate.experimentTag(NoteTag.key, value: note)
            let old = experiment.tags.first { $0.key == NoteTag.key }?.value
            try await services.database.write { transaction in
                if !name.utf8.elementsEqual(experiment.name.utf8) {
                    try ExperimentStore.rename(experiment.id, to: name, transaction, now: now, by: origin)
                }
                if note.isEmpty, old != nil {
                    try ExperimentStore.deleteTag(experiment.id, NoteTag.key, transaction, now: now, by: origin)
                } else if note != old ?? "" {
                    try ExperimentStore.setTag(
                        experiment.id, KeyValue(NoteTag.key, note), transaction, now: now, by: origin)
                }
            }
            return .goTo(experiment.address)
        } catch {
            guard let failure = FailureText(error) else { throw error }
            var page = try await page(
                experiment, request, name: form.text("name"), note: note, error: failure.message)
            page.status = HTTPFailure.status(error.code)
            return .page(page)
        }
    }

    private func tag(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let experiment = try await services.experiment(request)
        let (now, origin) = (services.services.world.now(), form.origin)
        let change = try TagChange(form)
        try await services.database.write { transaction in
            switch change {
            case .set(let key, let value):
                try Validate.experimentTag(key, value: value)
                try ExperimentStore.setTag(experiment.id, KeyValue(key, value), transaction, now: now, by: origin)
            case .remove(let key):
                try ExperimentStore.deleteTag(experiment.id, key, transaction, now: now, by: origin)
            }
        }
        return .goTo(experiment.address.adding("/settings"))
    }

    private func delete(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let experiment = try await services.experiment(request)
        _ = try form.required("reason", "Reason")
        let (now, origin) = (services.services.world.now(), form.origin)
        try await services.database.write { try ExperimentStore.delete(experiment.id, $0, now: now, by: origin) }
        return .goTo(Address("/experiments"))
    }

    private func restore(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let experiment = try await services.experiment(request)
        let (now, origin) = (services.services.world.now(), form.origin)
        try await services.database.write { try ExperimentStore.restore(experiment.id, $0, now: now, by: origin) }
        return .goTo(experiment.address)
    }
}
