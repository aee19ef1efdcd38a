import Core
import MLflow
import Platform

/// What can be changed about a run: name, description, tags; deletion and restoring.
struct RunForms: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        let subjects = services.subjects
        return [
            .page("/runs/{run}/edit", .may(.writeExperiments), "What can be changed about a run.") { request, _ in
                try await page(request, nil, nil)
            }.aboutRun(subjects),
            .form("/runs/{run}/edit", .may(.writeExperiments), "Renames a run and describes it.") {
                try await change($0, $1)
            }.aboutRun(subjects),
            .form("/runs/{run}/tags", .may(.writeExperiments), "Sets or removes a tag of a run.") {
                try await tag($0, $1)
            }.aboutRun(subjects),
            .form("/runs/{run}/delete", .may(.deleteExperiments), "Deletes a run.") {
                try await delete($0, $1)
            }.aboutRun(subjects),
            .form("/runs/{run}/restore", .may(.deleteExperiments), "Restores a deleted run.") {
                try await restore($0, $1)
            }.aboutRun(subjects),
        ]
    }

    private func page(_ request: Request, _ form: FormFields?, _ error: String?) async throws -> Page {
        let (details, experiment) = try await services.run(request)
        let run = details.run
        var page = Page(
            "Edit", section: "/experiments",
            crumbs: Experiment.crumbs + [experiment.crumb, Page.Crumb(run.name, run.address)])
        if run.isDeleted { page.badge = run.badge }
        page.body { html in
            if !run.isDeleted {
                html.section("Name and description", id: "description") { html in
                    html.form(run.address.adding("/edit")) { html in
                        html.field(
                            FormField("name", "Name", isRequired: true), form?["name"] ?? run.name, error: error)
                        html.field(
                            FormField("note", "Description", .lines(6), hint: "What is worth knowing about this run?"),
                            form?["note"] ?? details.note)
                        html.buttons { $0.submit("Save") }
                    }
                }
                html.section("Tags", id: "tags") { html in
                    TagForms(
                        action: run.address.adding("/tags"),
                        tags: details.ownTags.map { (key: $0.name, value: $0.value) }
                    ).write(&html)
                }
            }
            if request.principal.may(.deleteExperiments, over: experiment.subject) { removal(run, &html) }
        }
        return page
    }

    private func removal(_ run: Run, _ html: inout Markup) {
        html.section(run.isDeleted ? "Restore" : "Delete", id: "removal") { html in
            if run.isDeleted {
                html.form(run.address.adding("/restore")) { html in
                    html.reasonField(place: "restore")
                    html.buttons { $0.submit("Restore run") }
                }
            } else {
                html.act("Delete run", .danger) { html in
                    html.form(run.address.adding("/delete")) { html in
                        html.element("p") { html in
                            html.text("Deletes ")
                            html.element("b") { $0.name(run.name, width: 80) }
                            html.text(" with what it logged. It can be restored until it is purged.")
                        }
                        html.reasonField(place: "delete")
                        html.buttons { $0.submit("Delete run", .dangerPrimary) }
                    }
                }
            }
        }
    }

    // MARK: - Changes

    private func change(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let (details, _) = try await services.run(request)
        let run = details.run
        do {
            let name = try form.required("name", "Name")
            try await set(
                [
                    KeyValue(RunStore.nameTag, try Validate.runTag(RunStore.nameTag, value: name)),
                    KeyValue(NoteTag.key, try Validate.runTag(NoteTag.key, value: form.text("note"))),
                ], of: run)
            return .goTo(run.address)
        } catch let failure as Failure where failure.code == .invalid {
            var page = try await page(request, form, failure.message)
            page.status = 400
            return .page(page)
        }
    }

    /// Sets tags, of which the one with the run's name renames it; an empty description is removed.
    private func set(_ tags: [KeyValue], of run: Run) async throws {
        let numbers = try await services.keys.numbers(of: tags.map(\.key), services.database) { sql in
            try RunStore(sql).checkActive(run.runID)
        }
        try await services.database.write(key: run.runID) { transaction in
            let run = try RunStore(transaction.sql).active(run.runID)
            let store = RunLogStore(transaction.sql)
            for (tag, number) in zip(tags, numbers) {
                if tag.key.utf8.elementsEqual(RunStore.nameTag.utf8) {
                    try RunStore.rename(run, tag.value, transaction.sql)
                }
                if tag.key.utf8.elementsEqual(NoteTag.key.utf8), tag.value.isEmpty {
                    _ = try store.deleteTag(number, of: run)
                } else {
                    try store.set([(number, tag.value)], run)
                }
            }
        }
    }

    private func tag(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let (details, _) = try await services.run(request)
        let run = details.run
        switch try TagChange(form) {
        case .set(let key, let value):
            try await set([KeyValue(key, try Validate.runTag(key, value: value))], of: run)
        case .remove(let key):
            let keys = services.keys
            guard let number = try await services.database.read({ try keys.number(of: key, $0) }) else { break }
            try await services.database.write(key: run.runID) { transaction in
                let run = try RunStore(transaction.sql).active(run.runID)
                _ = try RunLogStore(transaction.sql).deleteTag(number, of: run)
            }
        }
        return .goTo(run.address.adding("/edit"))
    }

    private func delete(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let (details, experiment) = try await services.run(request)
        _ = try form.required("reason", "Reason")
        let (now, origin, runID) = (services.services.world.now(), form.origin, details.run.runID)
        try await services.database.write(key: runID) { try RunStore.delete(runID, $0, now: now, by: origin) }
        return .goTo(experiment.address)
    }

    private func restore(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let (details, _) = try await services.run(request)
        let (origin, runID) = (form.origin, details.run.runID)
        try await services.database.write(key: runID) { try RunStore.restore(runID, $0, by: origin) }
        return .goTo(details.run.address)
    }
}
