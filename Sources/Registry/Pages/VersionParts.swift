import Core
import MLflow
import Platform

/// The parts of a version's page.
struct VersionParts {
    private let content: VersionPage.Content
    private let request: Request
    private let site: Site
    private let found: VersionPage.Files

    init(_ content: VersionPage.Content, _ request: Request, _ site: Site, _ files: VersionPage.Files) {
        self.content = content
        self.request = request
        self.site = site
        found = files
    }

    private var version: ModelVersion { content.version }
    private var now: Timestamp { site.now() }

    func lead(_ html: inout Markup) {
        html.element("a", ["href": ModelPages.address(version.name).text]) { $0.name(version.name, width: 60) }
        if let period = content.period, version.stage != .none {
            html.text(" version \(version.number) went to \(version.stage.rawValue) ")
            html.time(period.since, now: now)
            html.text(", moved by ")
            html.name(period.by, width: 40)
            html.text(".")
            if let reason = period.reason, !reason.isEmpty {
                html.text(" \u{201C}")
                html.outside(reason, limit: 300)
                html.text("\u{201D}")
            }
        } else {
            html.text(" version \(version.number) is in no stage; registered ")
            html.time(version.created, now: now)
            html.text(" by ")
            html.name(version.author.isEmpty ? "nobody known" : version.author, width: 40)
            html.text(".")
        }
    }

    func facts(_ html: inout Markup) {
        html.section("About", id: "about") { html in
            html.facts { html in
                html.fact("Registered") { $0.moment(version.created) }
                html.fact("By") { $0.name(version.author.isEmpty ? "unknown" : version.author, width: 40) }
                html.fact("Changed") { $0.moment(version.updated) }
                if let size = found.description?.size { html.fact("Size", DisplayValue.bytes(size)) }
                if let version = found.description?.mlflowVersion { html.fact("Logged with", "MLflow \(version)") }
            }
        }
    }

    // MARK: - Lineage

    /// Whoever may not read the experiment learns that there is a run, which the version says itself, and no more.
    private var maySeeRun: Bool {
        guard let experiment = content.lineage.experiment else { return false }
        return request.principal.rights.allow(.read, over: experiment)
    }

    func lineage(_ html: inout Markup) {
        html.facts { html in
            if maySeeRun { seen(&html) } else { hidden(&html) }
            html.fact("Source") { $0.identifier(version.source) }
            if !version.location.utf8.elementsEqual(version.source.utf8) {
                html.fact("Files at") { $0.identifier(version.location) }
            }
            if SafeAddress.isSafe(version.runLink), version.runLink.hasPrefix("http") {
                html.fact("Run elsewhere") { html in
                    html.element("a", ["href": version.runLink, "rel": "noopener noreferrer"]) {
                        $0.outside(version.runLink, limit: 80)
                    }
                }
            }
        }
    }

    private func hidden(_ html: inout Markup) {
        if !version.runID.isEmpty {
            html.fact("Run") { html in
                html.identifier(version.runID)
                html.sub(
                    content.lineage.run == nil ? "not on this server" : "in an experiment that you may not read")
            }
        }
        if !version.loggedModelID.isEmpty { html.fact("Logged model") { $0.identifier(version.loggedModelID) } }
        if version.runID.isEmpty, version.loggedModelID.isEmpty { html.fact("Run", "none was named") }
    }

    private func seen(_ html: inout Markup) {
        let lineage = content.lineage
        if let experiment = lineage.experiment {
            html.fact("Experiment") {
                $0.link(experiment.name, to: Address("/experiments", experiment.id.map(String.init) ?? ""), width: 48)
            }
        }
        if let run = lineage.run {
            html.fact("Run") { html in
                html.link(run.name.isEmpty ? run.id : run.name, to: Address("/runs", run.id), width: 48)
                html.sub(run.isDeleted ? "\(run.status.lowercased()), deleted" : run.status.lowercased())
            }
            if let started = run.started, let ended = run.ended {
                html.fact("Ran") { html in
                    html.moment(started)
                    html.sub(DisplayValue.duration(milliseconds: ended.milliseconds - started.milliseconds))
                }
            }
        } else if !version.runID.isEmpty {
            html.fact("Run") { html in
                html.identifier(version.runID)
                html.sub("not on this server")
            }
        }
        if let model = lineage.loggedModel {
            html.fact("Logged model") { html in
                html.name(model.name.isEmpty ? model.id : model.name, width: 40)
                html.text(" ")
                html.identifier(model.id, shown: String(model.id.prefix(10)))
            }
        }
        for dataset in lineage.datasets {
            html.fact(
                dataset.context.isEmpty
                    ? "Data" : "Data, \(DisplayText.shorten(DisplayText.clean(dataset.context), to: 30))"
            ) { html in
                html.name(dataset.name, width: 40)
                html.sub("digest \(dataset.digest)")
            }
        }
        code(lineage.code, &html)
    }

    private func code(_ code: Lineage.Code, _ html: inout Markup) {
        guard code.isKnown else { return }
        html.fact("Code") { html in
            if !code.source.isEmpty { html.name(code.source, width: 60) }
            if !code.commit.isEmpty {
                html.text(" ")
                html.identifier(code.commit, shown: String(code.commit.prefix(10)))
            }
            if !code.branch.isEmpty { html.sub("on \(code.branch)") }
        }
        if !code.repository.isEmpty {
            html.fact("Repository") { html in
                if code.repository.hasPrefix("https://"), SafeAddress.isSafe(code.repository) {
                    html.element("a", ["href": code.repository, "rel": "noopener noreferrer"]) {
                        $0.outside(code.repository, limit: 80)
                    }
                } else {
                    html.outside(code.repository, limit: 80)
                }
            }
        }
    }

    // MARK: - What it takes and gives

    func signature(_ html: inout Markup) {
        guard let file = found.description else { return }
        html.section("Signature", id: "signature") { html in
            if file.inputs.isEmpty, file.outputs.isEmpty {
                html.element("p", ["class": "sub"], text: "None was logged; clients cannot check what they send.")
            }
            for (title, fields) in [
                ("Inputs", file.inputs), ("Outputs", file.outputs), ("Parameters", file.parameters),
            ]
            where !fields.isEmpty {
                html.table(title, [TableColumn(String(title.dropLast()), .id), TableColumn("Type"), TableColumn("")]) {
                    html in
                    for field in fields.prefix(100) {
                        html.row { html in
                            html.rowHeader { $0.name(field.name.isEmpty ? "(no name)" : field.name, width: 48) }
                            html.cell { $0.element("code") { $0.outside(field.type, limit: 80) } }
                            html.cell(field.isRequired ? "" : "optional")
                        }
                    }
                }
                if fields.count > 100 { html.sub("and \(fields.count - 100) more") }
            }
            guard !file.flavors.isEmpty else { return }
            html.element("p") { html in
                html.text("Can be loaded as ")
                for (index, flavor) in file.flavors.enumerated() {
                    if index > 0 { html.text(", ") }
                    html.name(flavor.name, width: 40, element: "b")
                    if let version = flavor.version { html.sub(version) }
                }
                html.text(".")
            }
        }
    }

    // MARK: - Files

    func files(_ html: inout Markup) {
        guard let listing = found.listing else {
            return html.element(
                "p", ["class": "sub"],
                text: "They are not kept by this server; clients fetch them from the place above.")
        }
        guard !listing.files.isEmpty else {
            return html.element("p", ["class": "sub"], text: "There is nothing at that place, or not any more.")
        }
        html.table("Files", [TableColumn("File", .id), .number("Size"), TableColumn("SHA-256"), TableColumn("")]) {
            html in
            for file in listing.files {
                html.row { html in
                    html.rowHeader { $0.name(file.path, width: 60) }
                    html.numberCell(DisplayValue.bytes(file.size), exact: "\(file.size) bytes")
                    html.cell { html in
                        if let digest = file.sha256 {
                            html.identifier(digest, shown: String(digest.prefix(12)))
                        } else {
                            html.void("not computed yet")
                        }
                    }
                    html.cell { html in
                        let address = Address("/model-versions/get-artifact").query([
                            ("name", version.name), ("version", String(version.number)), ("path", file.path),
                        ])
                        html.element(
                            "a",
                            [
                                "href": address.text, "download": "",
                                "aria-label": "Download \(DisplayText.label(file.path))",
                            ],
                            text: "Download")
                    }
                }
            }
        }
        if !listing.isComplete {
            html.element("p", ["class": "sub"], text: "There are more files than are shown here.")
        }
    }

    func code(_ html: inout Markup) {
        let reference =
            version.aliases.first.map { "models:/\(version.name)@\($0)" } ?? "models:/\(version.name)/\(version.number)"
        html.code(
            """
            import mlflow
            mlflow.set_tracking_uri(\(JSON.string(request.server ?? ServerOptions.defaultAddress).pythonText()))
            model = mlflow.pyfunc.load_model(\(JSON.string(reference).pythonText()))
            """, id: "load-code")
    }
}
