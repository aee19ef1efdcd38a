import Core
import MLflow
import Platform

/// The list of registered models: what is in use, and what is new.
struct ModelPages: Sendable {
    let registry: Registry

    static let navigation = NavigationItem("Models", "/models", .modelRead, .models, order: 20)
    static let crumb = Page.Crumb("Models", Address("/models"))

    var endpoints: [Endpoint] {
        [
            .page("/models", .may(.modelRead), "Registered models.") { try await list($0, $1) }.filtered(),
            // Events name models by their numbers, which outlive names.
            Endpoint("GET", "/model/{id}", .may(.modelRead), .reads, "The page of the model with a number.") {
                request in
                .redirect(to: try await address(request))
            }.filtered().forPeople(),
            Endpoint(
                "GET", "/model/{id}/versions/{version}", .may(.modelRead), .reads,
                "The page of a version of the model with a number."
            ) { request in
                .redirect(to: try await address(request))
            }.filtered().forPeople(),
        ]
    }

    static func address(_ model: String) -> Address { Address("/models", model) }
    static func address(_ model: String, _ version: Int64) -> Address {
        Address("/models", model, "versions", String(version))
    }

    private func address(_ request: Request) async throws -> Address {
        let text = try request.parameter("id")
        let found = try await registry.read { reader in try Int64(text).flatMap { try reader.formerModel(id: $0) } }
        guard let found, found.deleted == nil,
            request.principal.may(.modelRead, over: .registeredModel(found.model.name))
        else {
            throw Failure(
                .notFound, "there is no model with the number \(text.prefix(20)) any more",
                hint: "Its entries in the audit log stay: look for model/\(text.prefix(20)) there.")
        }
        guard let version = request.parameters["version"] else { return Self.address(found.model.name) }
        return Self.address(found.model.name, try Naming.version(version))
    }

    // MARK: - The list

    private static let pageSize = 50

    private enum Sort: String, CaseIterable {
        case changed, name

        var ordering: SearchOrdering {
            self == .name
                ? SearchOrdering(SearchField(.attribute, "name"), ascending: true)
                : SearchOrdering(SearchField(.attribute, "last_updated_timestamp"), ascending: false)
        }
    }

    private struct Counts: Sendable {
        let models: Int64
        let inProduction: Int64
    }

    private func list(_ request: Request, _ site: Site) async throws -> Page {
        let words = String((request.query["q"] ?? "").prefix(200))
        let sort = request.query["sort"].flatMap(Sort.init(rawValue:)) ?? .changed
        let paging = try PageRequest(request, registry.services.pageTokens, standard: Self.pageSize)
        let filter =
            words.isEmpty
            ? [] : [SearchComparison(SearchField(.attribute, "name"), .ilike, .text("%\(words)%"))]
        let order = SearchOrder(
            keys: try RegistrySearch.modelKeys([sort.ordering]), position: paging.position?.elements)
        let rights = request.principal.rights
        let (found, counts) = try await registry.read { reader in
            (
                try RegistrySearch(sql: reader.sql, rights: rights).models(filter, order, limit: paging.limit),
                rights.holdEverywhere(.read) ? try Self.counts(reader.sql) : nil
            )
        }
        var page = Page("Models", section: "/models")
        lead(&page, counts, found.elements.isEmpty && words.isEmpty && paging.position == nil)
        page.body { html in
            if found.elements.isEmpty, words.isEmpty, paging.position == nil { return empty(request, &html) }
            html.filters(
                Address("/models"), label: "Search models", keeping: sort == .changed ? [] : [("sort", sort.rawValue)]
            ) { html in
                var field = FormField("q", "Name", .input("search"), placeholder: "fraud")
                field.grows = true
                field.longest = 200
                html.field(field, words)
                html.submit("Find", nil)
                if !words.isEmpty { html.element("a", ["class": "button quiet", "href": "/models"], text: "Clear") }
            }
            guard !found.elements.isEmpty else {
                return html.emptyState("No such models", "No model\u{2019}s name has these letters in it.")
            }
            table(found.elements, words, sort, site, &html)
            func address(_ token: String?) -> Address {
                Address("/models").query([
                    ("q", words.isEmpty ? nil : words), ("sort", sort == .changed ? nil : sort.rawValue),
                    ("page_token", token),
                ])
            }
            html.pages(
                first: paging.position == nil ? nil : address(nil),
                next: paging.next(found.end.map { .array($0) }).text.map { address($0) })
        }
        return page
    }

    private func lead(_ page: inout Page, _ counts: Counts?, _ isEmpty: Bool) {
        if isEmpty { return page.lead("Nothing is registered yet.") }
        guard let counts else { return page.lead("What is in use, and what is new.") }
        let models = counts.models == 1 ? "1 model" : "\(DisplayValue.grouped(Int(counts.models))) models"
        switch counts.inProduction {
        case 0: page.lead("\(models), none in Production.")
        case counts.models: page.lead("\(models), \(counts.models == 1 ? "" : "all ")in Production.")
        default: page.lead("\(models), \(DisplayValue.grouped(Int(counts.inProduction))) of them in Production.")
        }
    }

    private static func counts(_ sql: any SQLConnection) throws -> Counts {
        let models = try sql.first(
            """
            SELECT COUNT(*) FROM registry_model WHERE deleted_at IS NULL AND id NOT IN
                (SELECT model_id FROM registry_model_tag WHERE key = ?1 AND lower(value) = 'true')
            """, [.text(Prompts.tag)]
        ) { $0.integer(0) }
        let live = try sql.first(
            """
            SELECT COUNT(DISTINCT model_id) FROM registry_version WHERE stage = ?1 AND deleted_at IS NULL
            """, [.text(Stage.production.rawValue)]
        ) { $0.integer(0) }
        return Counts(models: models ?? 0, inProduction: live ?? 0)
    }

    private func table(
        _ models: [ModelOverview], _ words: String, _ sort: Sort, _ site: Site, _ html: inout Markup
    ) {
        func column(_ title: String, _ kind: TableColumn.Kind, _ key: Sort) -> TableColumn {
            TableColumn(
                title, kind,
                sorting: Address("/models").query([
                    ("q", words.isEmpty ? nil : words), ("sort", key == .changed ? nil : key.rawValue),
                ]), order: sort == key ? (key == .name ? .ascending : .descending) : nil)
        }
        html.table(
            "Models",
            [
                column("Model", .id, .name), TableColumn("Production"), TableColumn("Staging"), TableColumn("Aliases"),
                .number("Newest"), column("Changed", .number, .changed),
            ], style: .cards
        ) { html in for model in models { row(model, site, &html) } }
    }

    private func row(_ overview: ModelOverview, _ site: Site, _ html: inout Markup) {
        let name = overview.model.name
        html.row { html in
            html.rowHeader { html in
                html.link(name, to: Self.address(name), width: 48)
                if let text = overview.model.description, !text.isEmpty {
                    html.element("div", ["class": "sub"]) { $0.outside(text, limit: 80) }
                }
            }
            for stage in [Stage.production, .staging] {
                html.cell(label: stage.rawValue) { html in
                    guard let version = overview.latest.first(where: { $0.stage == stage }) else { return html.void() }
                    html.element("a", ["href": Self.address(name, version.number).text]) {
                        $0.badge(stage.tone, "v\(version.number)")
                    }
                }
            }
            html.cell(label: "Aliases") { html in
                if overview.aliases.isEmpty { html.void() }
                for (index, alias) in overview.aliases.prefix(3).enumerated() {
                    if index > 0 { html.text(", ") }
                    html.name(alias.name, width: 20)
                    html.sub("v\(alias.version)")
                }
                if overview.aliases.count > 3 { html.sub("and \(overview.aliases.count - 3) more") }
            }
            html.cell(.number, label: "Newest") { html in
                guard let newest = overview.latest.map(\.number).max() else { return html.void() }
                html.element("a", ["href": Self.address(name, newest).text], text: "v\(newest)")
            }
            html.cell(.number, label: "Changed") { $0.time(overview.model.updated, now: site.now()) }
        }
    }

    private func empty(_ request: Request, _ html: inout Markup) {
        html.emptyState(
            "No models yet",
            "Register what a run has made, and it appears here with a version, a stage and its history.",
            code: """
                import mlflow
                mlflow.set_tracking_uri("\(request.server ?? ServerOptions.defaultAddress)")
                with mlflow.start_run():
                    mlflow.sklearn.log_model(model, name="model", registered_model_name="fraud")
                """)
    }
}
