import Core
import MLflow
import Platform

/// What the pages of models and versions are asked to change.
struct ModelForms: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] { [renaming] + (ofModels + ofVersions).map { $0.aboutModel() } }

    /// Rights go by names: the new one must be one's own to give as well.
    private var renaming: Endpoint {
        .form("/models/{name}/rename", .may(.modelManage), "Gives a model another name.") { request, fields in
            let (name, newName) = (try request.parameter("name"), fields.text("new_name"))
            return try await change(request, fields, leadsTo: ModelPages.address(newName)) {
                _ = try $0.renameModel(name, to: newName)
            }
        }.about { request in
            let newName = try await FormFields(request).text("new_name")
            let name = try request.parameter("name")
            return [.model(name)] + (newName.isEmpty ? [] : [.new(.registeredModel(newName))])
        }
    }

    private var ofModels: [Endpoint] {
        [
            .form("/models/{name}/description", .may(.modelWrite), "Changes the description of a model.") {
                request, fields in
                let (name, text) = (try request.parameter("name"), fields.text("description"))
                return try await change(request, fields) { _ = try $0.updateModel(name, description: text) }
            },
            .form("/models/{name}/tags", .may(.modelWrite), "Sets a tag of a model, or takes it away.") {
                request, fields in
                let (name, key) = (try request.parameter("name"), fields.text("key"))
                let value = fields.isTicked("remove") ? nil : fields.text("value")
                return try await change(request, fields) { writer in
                    if let value {
                        try writer.setModelTag(name, Tag(key: key, value: value))
                    } else {
                        try writer.deleteModelTag(name, key)
                    }
                }
            },
            .form("/models/{name}/aliases", .may(.modelPromote), "Points an alias at a version, or takes it away.") {
                request, fields in
                let (name, alias) = (try request.parameter("name"), fields.text("alias"))
                if fields.isTicked("remove") {
                    return try await change(request, fields) { try $0.deleteAlias(name, alias) }
                }
                return try await change(request, fields) {
                    try $0.setAlias(name, alias, Naming.version(fields.text("version")))
                }
            },
            .form("/models/{name}/delete", .may(.modelManage), "Deletes a model with its versions.") {
                request, fields in
                let name = try request.parameter("name")
                return try await change(request, fields, leadsTo: Address("/models")) { writer in
                    try Self.confirm(fields, name)
                    try writer.deleteModel(name)
                }
            },
        ]
    }

    private var ofVersions: [Endpoint] {
        [
            .form("/models/{name}/versions/{version}/stage", .may(.modelPromote), "Gives a version a stage.") {
                request, fields in
                let (name, number) = try Self.version(request)
                let archives = fields.isTicked("archive_others")
                return try await change(request, fields) { writer in
                    _ = try fields.required("reason", "Reason")
                    let stage = try Stage(parsing: fields.text("stage"))
                    _ = try writer.moveVersion(
                        name, number, to: stage, archivesOthers: archives && stage.isActive)
                }
            },
            .form(
                "/models/{name}/versions/{version}/description", .may(.modelWrite),
                "Changes the description of a version."
            ) {
                request, fields in
                let (name, number) = try Self.version(request)
                let text = fields.text("description")
                return try await change(request, fields) { _ = try $0.updateVersion(name, number, description: text) }
            },
            .form(
                "/models/{name}/versions/{version}/tags", .may(.modelWrite),
                "Sets a tag of a version, or takes it away."
            ) {
                request, fields in
                let (name, number) = try Self.version(request)
                let (key, value) = (fields.text("key"), fields.isTicked("remove") ? nil : fields.text("value"))
                return try await change(request, fields) { writer in
                    if let value {
                        try writer.setVersionTag(name, number, Tag(key: key, value: value))
                    } else {
                        try writer.deleteVersionTag(name, number, key)
                    }
                }
            },
            .form("/models/{name}/versions/{version}/delete", .may(.modelManage), "Deletes a version.") {
                request, fields in
                let (name, number) = try Self.version(request)
                return try await change(request, fields, leadsTo: ModelPages.address(name)) { writer in
                    try Self.confirm(fields, String(number))
                    try writer.deleteVersion(name, number)
                }
            },
        ]
    }

    private static func version(_ request: Request) throws -> (name: String, number: Int64) {
        (try request.parameter("name"), try Naming.version(request.parameter("version")))
    }

    /// What destroys something asks for its name and for a reason.
    private static func confirm(_ fields: FormFields, _ name: String) throws(Failure) {
        _ = try fields.required("reason", "Reason")
        guard fields.text("confirm").utf8.elementsEqual(name.utf8) else {
            throw Failure(.invalid, "Nothing was deleted: what you typed is not \(DisplayText.shorten(name, to: 60))")
        }
    }

    /// Makes a change and goes on; or shows the page again with what stood in the way.
    private func change(
        _ request: Request, _ fields: FormFields, leadsTo address: Address? = nil,
        _ body: @escaping @Sendable (RegistryWriter) throws -> Void
    ) async throws -> FormAnswer {
        let name = try request.parameter("name")
        let number = try request.parameters["version"].map { text throws(Failure) in try Naming.version(text) }
        do throws(Failure) {
            try await registry.write(by: fields.origin, body)
            return .goTo(address ?? number.map { ModelPages.address(name, $0) } ?? ModelPages.address(name))
        } catch {
            guard let problem = FailureText(error) else { throw error }
            var page =
                number == nil
                ? try await ModelPage(registry: registry).page(request, request.site, problem: problem)
                : try await VersionPage(registry: registry).page(request, request.site, problem: problem)
            page.status = 400
            return .page(page)
        }
    }
}

extension ModelForms {
    /// What is offered to a visitor: only what they may do.
    struct Offers: Sendable {
        private let mayWrite: Bool
        private let mayPromote: Bool
        private let mayManage: Bool
        private let name: String

        init(_ request: Request, _ name: String) {
            let subject = Subject.registeredModel(name)
            mayWrite = request.principal.may(.modelWrite, over: subject)
            mayPromote = request.principal.may(.modelPromote, over: subject)
            mayManage = request.principal.may(.modelManage, over: subject)
            self.name = name
        }

        func model(_ overview: ModelOverview, _ html: inout Markup) {
            let address = ModelPages.address(name)
            if mayWrite { description(address, overview.model.description, &html) }
            guard mayManage else { return }
            html.act("Rename") { html in
                html.form(address.adding("/rename")) { html in
                    html.element(
                        "p",
                        text: "Clients that ask for the old name find nothing any more. History and versions stay.")
                    html.field(FormField("new_name", "New name", isRequired: true, place: "rename"), name)
                    html.field(FormField("reason", "Reason", hint: "Kept in the audit log.", place: "rename"))
                    html.buttons { $0.submit("Rename") }
                }
            }
            html.act("Delete model", .danger) { html in
                html.form(address.adding("/delete")) { html in
                    let count = overview.latest.isEmpty ? "" : " with all its versions"
                    html.element("p") { html in
                        html.text("This destroys ")
                        html.name(name, width: 60, element: "b")
                        html.text("\(count). Its entries in the audit log stay.")
                    }
                    let live = overview.latest.filter(\.stage.isActive)
                    if !live.isEmpty {
                        html.element(
                            "p",
                            text: "It is in use: "
                                + live.map { "version \($0.number) in \($0.stage.rawValue)" }.joined(separator: ", ")
                                + ".")
                    }
                    html.reasonField(place: "delete")
                    html.confirmation(name, place: "delete")
                    html.buttons { $0.submit("Delete model", .dangerPrimary) }
                }
            }
        }

        func version(_ version: ModelVersion, _ html: inout Markup) {
            let address = ModelPages.address(name, version.number)
            if mayPromote { move(version, address, &html) }
            if mayWrite { description(address, version.description, &html) }
            guard mayManage else { return }
            html.act("Delete version", .danger) { html in
                html.form(address.adding("/delete")) { html in
                    let use = version.stage.isActive ? " It is in \(version.stage.rawValue)." : ""
                    html.element(
                        "p",
                        text:
                            "This destroys version \(version.number).\(use) Its number is not given out again; its entries in the audit log stay."
                    )
                    html.reasonField(place: "delete")
                    html.confirmation(String(version.number), place: "delete")
                    html.buttons { $0.submit("Delete version", .dangerPrimary) }
                }
            }
        }

        private func move(_ version: ModelVersion, _ address: Address, _ html: inout Markup) {
            let goal: Stage = version.stage == .production ? .archived : .production
            html.act("Change stage", .primary) { html in
                html.form(address.adding("/stage")) { html in
                    html.element("p") { html in
                        html.text("Version \(version.number) is in ")
                        html.badge(version.stage.badge)
                        html.text(" now.")
                    }
                    html.field(
                        FormField(
                            "stage", "New stage", .choice(Stage.allCases.map { ($0.rawValue, $0.rawValue) }),
                            place: "stage"),
                        goal.rawValue)
                    html.box("archive_others", "Archive the other versions in that stage", isTicked: true)
                    html.reasonField(place: "stage")
                    html.buttons { $0.submit("Change stage") }
                }
            }
        }

        private func description(_ address: Address, _ text: String?, _ html: inout Markup) {
            html.act("Edit description") { html in
                html.form(address.adding("/description")) { html in
                    html.field(FormField("description", "Description", .lines(6)), text ?? "")
                    html.buttons { $0.submit("Save") }
                }
            }
        }

        func tags(_ address: Address, _ tags: [Tag], _ html: inout Markup) {
            guard mayWrite else { return }
            html.act("Change tags") { html in
                html.form(address.adding("/tags"), label: "Set a tag") { html in
                    html.completions("tag-keys", tags.map(\.key))
                    html.field(FormField("key", "Key", isRequired: true, list: "tag-keys", place: "tag"))
                    html.field(FormField("value", "Value", place: "tag"))
                    html.buttons { html in
                        html.submit("Set tag")
                        if !tags.isEmpty { html.submit("Take away", .quiet, name: "remove", value: "on") }
                    }
                }
            }
        }

        func alias(_ aliases: [Alias], newest: Int64?, _ html: inout Markup) {
            guard mayPromote, let newest else { return }
            html.act("Change aliases") { html in
                html.form(ModelPages.address(name).adding("/aliases"), label: "Set an alias") { html in
                    html.completions("alias-names", aliases.map(\.name))
                    html.field(
                        FormField(
                            "alias", "Alias", isRequired: true, placeholder: "champion", list: "alias-names",
                            place: "alias"))
                    html.field(FormField("version", "Version", .input("number"), place: "alias"), String(newest))
                    html.field(FormField("reason", "Reason", hint: "Kept in the audit log.", place: "alias"))
                    html.buttons { html in
                        html.submit("Set alias")
                        if !aliases.isEmpty { html.submit("Take away", .quiet, name: "remove", value: "on") }
                    }
                }
            }
        }
    }
}
