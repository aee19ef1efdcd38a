import Core
import MLflow
import Platform

/// A registered model: what is in use and since when, its versions, its history.
struct ModelPage: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        [
            .page("/models/{name}", .may(.modelRead), "A registered model.") { request, site in
                try await page(request, site)
            }.aboutModel()
        ]
    }

    private static let versionsShown = 25
    private static let eventsShown = 15

    private struct Content: Sendable {
        let overview: ModelOverview
        let versions: [ModelVersion]
        let timeline: StageTimeline
        let events: [RecordedEvent]
        let isPrompt: Bool
    }

    /// - Parameter problem: why what was asked for was not done.
    func page(_ request: Request, _ site: Site, problem: FailureText? = nil) async throws -> Page {
        let name = try request.parameter("name")
        let before = try request.query["before"].map { text throws(Failure) in try Naming.version(text) }
        let content = try await registry.read { reader in try Self.content(name, before ?? .max, reader) }
        let model = content.overview.model
        var page = Page(name, section: "/models", crumbs: [ModelPages.crumb])
        page.badge =
            content.isPrompt
            ? Badge(.neutral, "prompt")
            : content.overview.latest.first { $0.stage == .production }.map {
                Badge(.good, "v\($0.number) in Production")
            }
                ?? Badge(.neutral, "not in Production")
        page.lead { lead(content, site, &$0) }
        let forms = ModelForms.Offers(request, name)
        page.actions { forms.model(content.overview, &$0) }
        page.body { html in
            if let problem { html.notice(problem) }
            if let text = model.description, !text.isEmpty { html.prose(text) }
            if !content.timeline.shown.isEmpty {
                html.section("Stages over time", id: "stages") { html in
                    html.append(
                        Self.chart(content, site.now()).figure(id: "stage-chart", sentence: Self.sentence(content)))
                }
            }
            html.section("Versions", id: "versions") { versions(content, before, site, &$0) }
            html.section("History", id: "history") { html in
                html.timeline { html in
                    for event in content.events {
                        html.historyEntry(event, site, linksToLog: request.principal.may(.auditRead))
                    }
                }
                if request.principal.may(.auditRead) {
                    html.element(
                        "a", ["href": Address("/audit").query([("under", EventSubject.model(model.id))]).text],
                        text: "All entries in the audit log")
                }
            }
        }
        page.rail { rail(content, forms, site, &$0) }
        return page
    }

    private static func content(_ name: String, _ before: Int64, _ reader: RegistryReader) throws -> Content {
        let model = try reader.requiredModel(named: name)
        var query = EventQuery()
        query.subjectTree = EventSubject.model(model.id)
        query.order = .newestFirst
        query.limit = eventsShown
        return Content(
            overview: try reader.overview(model),
            versions: try reader.versions(of: model, before: before, limit: versionsShown + 1),
            timeline: try StageTimeline.recent(of: model, reader.sql), events: try EventLog.events(query, reader.sql),
            isPrompt: try reader.isPrompt(model))
    }

    private func lead(_ content: Content, _ site: Site, _ html: inout Markup) {
        let now = site.now()
        guard let newest = content.overview.latest.max(by: { $0.number < $1.number }) else {
            return html.text("No version yet.")
        }
        let live = content.timeline.periods.filter { $0.stage == .production && $0.until == nil }
        if let period = live.last {
            html.text("Version \(period.version) went to Production ")
            html.time(period.since, now: now)
            html.text("; the newest is version \(newest.number), registered ")
        } else {
            html.text("No version is in Production; the newest is version \(newest.number), registered ")
        }
        html.time(newest.created, now: now)
        if !newest.author.isEmpty {
            html.text(" by ")
            html.name(newest.author, width: 40)
        }
        html.text(".")
    }

    // MARK: - Stages

    private static func chart(_ content: Content, _ now: Timestamp) -> PeriodChart {
        let name = content.overview.model.name
        let rows = [Stage.production, .staging].compactMap { stage -> PeriodChart.Row? in
            let periods = content.timeline.shown.filter { $0.stage == stage }
            guard !periods.isEmpty else { return nil }
            return PeriodChart.Row(
                stage.rawValue,
                periods.map { period in
                    PeriodChart.Period(
                        "v\(period.version)", since: period.since, until: period.until, tone: stage.tone,
                        address: ModelPages.address(name, period.version))
                })
        }
        return PeriodChart("Which version was where", rows, now: now)
    }

    private static func sentence(_ content: Content) -> String {
        let periods = content.timeline.shown.filter { $0.stage == .production }
        guard !periods.isEmpty else { return "No version has been in Production." }
        let versions = Set(periods.map(\.version)).count
        return versions == 1
            ? "One version has been in Production."
            : "\(versions) versions have been in Production, one after the other or together."
    }

    // MARK: - Versions

    private func versions(_ content: Content, _ before: Int64?, _ site: Site, _ html: inout Markup) {
        let name = content.overview.model.name
        let shown = content.versions.prefix(Self.versionsShown)
        guard !shown.isEmpty else {
            return html.emptyState(
                "No version yet", "A version is made of what a run has logged.",
                code: """
                    import mlflow
                    mlflow.register_model("runs:/RUN_ID/model", \(JSON.string(name).pythonText()))
                    """)
        }
        html.table(
            "Versions",
            [
                TableColumn("Version", .id), TableColumn("Stage"), TableColumn("Aliases"), TableColumn("Run"),
                TableColumn("Description"), TableColumn("By"), .number("Registered"),
            ], style: .cards
        ) { html in for version in shown { row(version, site, &html) } }
        let next = content.versions.count > Self.versionsShown ? shown.last?.number : nil
        html.pages(
            first: before == nil ? nil : ModelPages.address(name),
            next: next.map { ModelPages.address(name).query([("before", String($0))]) })
    }

    private func row(_ version: ModelVersion, _ site: Site, _ html: inout Markup) {
        html.row { html in
            html.rowHeader { html in
                html.element(
                    "a", ["href": ModelPages.address(version.name, version.number).text],
                    text: "Version \(version.number)")
            }
            html.cell(label: "Stage") { html in
                if version.stage == .none { html.void() } else { html.badge(version.stage.badge) }
            }
            html.cell(label: "Aliases") { html in
                if version.aliases.isEmpty { html.void() }
                for (index, alias) in version.aliases.prefix(4).enumerated() {
                    if index > 0 { html.text(", ") }
                    html.name(alias, width: 24)
                }
            }
            html.cell(label: "Run") { html in
                guard !version.runID.isEmpty else { return html.void() }
                html.element("a", ["href": Address("/runs", version.runID).text, "title": version.runID]) {
                    $0.element("code", text: String(version.runID.prefix(8)))
                }
            }
            html.cell(DisplayText.shorten(version.description ?? "", to: 60), label: "Description")
            html.cell(version.author, label: "By")
            html.cell(.number, label: "Registered") { $0.time(version.created, now: site.now()) }
        }
    }

    // MARK: - Beside

    private func rail(_ content: Content, _ forms: ModelForms.Offers, _ site: Site, _ html: inout Markup) {
        let (model, overview) = (content.overview.model, content.overview)
        html.section("About", id: "about") { html in
            html.facts { html in
                html.fact("Created") { $0.moment(model.created) }
                html.fact("Changed") { $0.moment(model.updated) }
                html.fact("Highest version") { $0.text(String(model.lastVersion)) }
            }
        }
        html.section("Aliases", id: "aliases") { html in
            if overview.aliases.isEmpty {
                html.element(
                    "p", ["class": "sub"], text: "None. An alias is a name that can be moved from version to version.")
            }
            html.element("ul", ["class": "tags"]) { html in
                for alias in overview.aliases {
                    html.element("li") { html in
                        html.element("a", ["href": ModelPages.address(model.name, alias.version).text]) {
                            $0.tag(alias.name, "v\(alias.version)", width: 30)
                        }
                    }
                }
            }
            forms.alias(overview.aliases, newest: overview.latest.map(\.number).max(), &html)
        }
        html.section("Tags", id: "tags") { html in
            if overview.tags.isEmpty { html.element("p", ["class": "sub"], text: "None.") }
            html.tags(overview.tags.map { ($0.key, $0.value) })
            forms.tags(ModelPages.address(model.name), overview.tags, &html)
        }
    }
}

extension StageTimeline {
    /// Times that a version was in use.
    var shown: [StagePeriod] { periods.filter(\.stage.isActive) }

    /// Changes of stages that are looked at, the newest ones.
    private static let changes = 1000

    /// What is in use and was lately; of models with very many changes the oldest are left out.
    static func recent(of model: RegisteredModel, _ sql: any SQLConnection) throws -> StageTimeline {
        var query = EventQuery()
        query.subjectTree = EventSubject.model(model.id)
        query.kinds = [EventKind.stageTransitioned, EventKind.versionDeleted, EventKind.modelDeleted]
        query.order = .newestFirst
        query.limit = changes
        var timeline = StageTimeline()
        for recorded in try EventLog.events(query, sql).reversed() { timeline.receive(recorded) }
        return timeline
    }
}
