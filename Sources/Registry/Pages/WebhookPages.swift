import Core
import Platform

/// Webhooks: who is told of what, and whether the messages arrive.
struct WebhookPages: Sendable {
    let registry: Registry

    static let navigation = NavigationItem(
        "Webhooks", "/webhooks", .webhookManage, .webhooks, in: .administration, order: 70)
    static let crumb = Page.Crumb("Webhooks", Address("/webhooks"))

    static func address(_ id: String) -> Address { Address("/webhooks", id) }

    var endpoints: [Endpoint] {
        [
            .page("/webhooks", .may(.webhookManage), "Webhooks, with how their last deliveries went.") {
                try await list($0, $1)
            },
            .page("/webhooks/{id}", .may(.webhookManage), "A webhook and its deliveries.") {
                try await webhook($0, $1)
            },
        ]
    }

    // MARK: - All of them

    private static let pageSize = 100

    /// - Parameters:
    ///   - change: what the form was filled in with.
    ///   - problem: why the webhook was not created.
    func list(
        _ request: Request, _ site: Site, change: FormFields = .empty, problem: FailureText? = nil
    ) async throws -> Page {
        let found = try await registry.webhookPage(limit: Int64(Self.pageSize), token: request.query["page_token"])
        let figures = try await registry.read { reader in
            try DeliveryStore(sql: reader.sql).figures(of: found.webhooks.map(\.id))
        }
        var page = Page("Webhooks", section: "/webhooks")
        let failing = found.webhooks.count { figures[$0.id]?.failed ?? 0 > 0 }
        page.lead(
            found.webhooks.isEmpty
                ? "Nobody is told of what happens to models yet."
                : failing == 0
                    ? "\(DisplayValue.count(found.webhooks.count, "webhook")); no message was given up."
                    : "\(DisplayValue.count(found.webhooks.count, "webhook")); messages to \(failing) of them were given up."
        )
        page.actions { html in
            html.act("New webhook", .primary, isOpen: problem != nil) { html in
                WebhookForm.write(&html, Address("/webhooks"), change, problem: problem)
            }
        }
        page.body { html in
            guard !found.webhooks.isEmpty else { return Self.empty(request, &html) }
            table(found.webhooks, figures, site, &html)
            html.pages(
                first: request.query["page_token"] == nil ? nil : Address("/webhooks"),
                next: found.nextPageToken.map { Address("/webhooks").query([("page_token", $0)]) })
        }
        return page
    }

    private func table(
        _ webhooks: [Webhook], _ figures: [String: DeliveryFigures], _ site: Site, _ html: inout Markup
    ) {
        html.table(
            "Webhooks",
            [
                TableColumn("Webhook", .id), TableColumn("State"), TableColumn("Goes to"), TableColumn("Told of"),
                .number("Waiting"), .number("Given up"), .number("Last try"),
            ], style: .cards
        ) { html in
            for webhook in webhooks {
                let figures = figures[webhook.id] ?? DeliveryFigures()
                html.row { html in
                    html.rowHeader { $0.link(webhook.name, to: Self.address(webhook.id), width: 40) }
                    html.cell(label: "State") { $0.badge(Self.badge(webhook, figures), isPlain: true) }
                    html.cell(label: "Goes to") { $0.outside(Self.place(webhook.url), limit: 60) }
                    html.cell(label: "Told of") { $0.outside(Self.topics(webhook), limit: 80) }
                    html.numberCell(DisplayValue.grouped(figures.pending), label: "Waiting")
                    html.numberCell(DisplayValue.grouped(figures.failed), label: "Given up")
                    html.cell(.number, label: "Last try") { html in
                        if let time = figures.attempted { html.time(time, now: site.now()) } else { html.void() }
                    }
                }
            }
        }
    }

    static func badge(_ webhook: Webhook, _ figures: DeliveryFigures) -> Badge {
        if webhook.status == .disabled { return Badge(.neutral, "paused") }
        return figures.failed > 0 ? Badge(.bad, "messages given up") : Badge(.good, "active")
    }

    /// The server a webhook goes to. The rest of an address is often a secret.
    static func place(_ url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        let server = parts.prefix(3).joined(separator: "/").prefix { $0 != "?" && $0 != "#" }
        return parts.count > 3 && !parts[3].isEmpty ? "\(server)/\u{2026}" : String(server)
    }

    static func topics(_ webhook: Webhook) -> String {
        let names = webhook.topics.map(\.name)
        return names.count > 3
            ? names.prefix(2).joined(separator: ", ") + " and \(names.count - 2) more" : names.joined(separator: ", ")
    }

    private static func empty(_ request: Request, _ html: inout Markup) {
        let server = request.server ?? ServerOptions.defaultAddress
        html.emptyState(
            "No webhooks yet",
            "A webhook tells a server of yours when something happens to models, such as a new version.",
            code: """
                curl -s -X POST \(server)/api/v1/webhooks -H 'Content-Type: application/json' -d '{
                  "name": "deploy", "url": "https://hooks.example.com/steward",
                  "events": ["model_version.created", "model_version_stage.transitioned"]}'
                """)
    }

    // MARK: - One of them

    private static let deliveriesShown = 50

    /// - Parameters:
    ///   - outcome: what a test came to.
    ///   - change: what the form was filled in with.
    ///   - problem: why what was asked for was not done.
    func webhook(
        _ request: Request, _ site: Site, outcome: Result<OutboundResponse, Failure>? = nil, change: FormFields? = nil,
        problem: FailureText? = nil
    ) async throws -> Page {
        let id = try request.parameter("id")
        let state = request.query["state"].flatMap(Delivery.State.init(rawValue:))
        let tokens = registry.services.pageTokens
        let scope = JSON.array([.string("webhook-page"), .string(id), .optional(state?.rawValue)]).text()
        let position = try TimedPosition(request.query["page_token"], scope, tokens)
        let (webhook, deliveries, figures) = try await registry.read { reader in
            let store = DeliveryStore(sql: reader.sql)
            let webhook = try WebhookStore(sql: reader.sql).required(id)
            return (
                webhook,
                try store.list(webhook: id, state: state, after: position?.pair, limit: Self.deliveriesShown + 1),
                try store.figures(of: [id])[id] ?? DeliveryFigures()
            )
        }
        let shown = Array(deliveries.prefix(Self.deliveriesShown))
        let next =
            deliveries.count > shown.count
            ? shown.last.map { TimedPosition($0.created, $0.id).token(scope, tokens) } : nil
        var page = Page(webhook.name, section: "/webhooks", crumbs: [Self.crumb])
        page.badge = Self.badge(webhook, figures)
        page.lead { lead(webhook, figures, site, &$0) }
        page.actions { WebhookForm.actions(webhook, change, problem, &$0) }
        page.body { html in
            if let problem, change == nil { html.notice(problem) }
            if let outcome { Self.outcome(outcome, &html) }
            if let text = webhook.description, !text.isEmpty { html.prose(text) }
            html.section("Deliveries", id: "deliveries") { html in
                let address = Self.address(id)
                html.tabs(
                    "Deliveries",
                    [
                        (title: "All", count: nil, address: address, isCurrent: state == nil),
                        (
                            title: "Waiting", count: figures.pending, address: address.query([("state", "pending")]),
                            isCurrent: state == .pending
                        ),
                        (
                            title: "Delivered", count: nil, address: address.query([("state", "delivered")]),
                            isCurrent: state == .delivered
                        ),
                        (
                            title: "Given up", count: figures.failed, address: address.query([("state", "failed")]),
                            isCurrent: state == .failed
                        ),
                    ])
                DeliveryTable(webhook: webhook, site: site, linksToLog: request.principal.may(.auditRead)).write(
                    shown, &html)
                html.pages(
                    first: position == nil ? nil : address.query([("state", state?.rawValue)]),
                    next: next.map { address.query([("state", state?.rawValue), ("page_token", $0)]) })
            }
        }
        page.rail { rail(webhook, &$0) }
        return page
    }

    private func lead(_ webhook: Webhook, _ figures: DeliveryFigures, _ site: Site, _ html: inout Markup) {
        if webhook.status == .disabled { return html.text("Paused: nothing is sent.") }
        html.text(
            figures.failed > 0
                ? "\(DisplayValue.count(figures.failed, "message")) of the last 30 days given up"
                : "Nothing was given up in the last 30 days")
        if figures.pending > 0 { html.text(", \(figures.pending) waiting") }
        if let time = figures.attempted {
            html.text("; last try ")
            html.time(time, now: site.now())
        }
        html.text(".")
    }

    private func rail(_ webhook: Webhook, _ html: inout Markup) {
        html.section("About", id: "about") { html in
            html.facts { html in
                html.fact("Goes to") { $0.outside(Self.place(webhook.url), limit: 100) }
                html.fact("Signed", webhook.hasSecret ? "yes, with a secret that is never shown" : "no")
                html.fact("Created") { $0.moment(webhook.created) }
                html.fact("Changed") { $0.moment(webhook.updated) }
                html.fact("Identifier") { $0.identifier(webhook.id) }
            }
        }
        html.section("Told of", id: "topics") { html in
            html.tags(webhook.topics.map { ($0.name, "") })
        }
    }

    private static func outcome(_ outcome: Result<OutboundResponse, Failure>, _ html: inout Markup) {
        switch outcome {
        case .success(let response):
            let isGood = (200..<300).contains(response.status)
            html.notice(isGood ? .good : .bad) { html in
                html.element("p") { html in
                    html.element("b", text: isGood ? "The test arrived." : "The test was refused.")
                    html.text(" The receiver answered \(response.status).")
                }
                let text = String(decoding: response.body.prefix(2000), as: UTF8.self)
                if !text.isEmpty { html.element("p") { $0.outside(text, limit: 500) } }
            }
        case .failure(let failure):
            html.notice(.bad) { html in
                html.element("p") { html in
                    html.element("b", text: "The test was not sent.")
                    html.text(" ")
                    html.outside(failure.message)
                }
                if let hint = failure.hint { html.element("p") { $0.outside(hint) } }
            }
        }
    }
}

/// The table of deliveries.
struct DeliveryTable {
    let webhook: Webhook
    let site: Site
    let linksToLog: Bool

    func write(_ deliveries: [Delivery], _ html: inout Markup) {
        guard !deliveries.isEmpty else {
            return html.element("p", ["class": "sub"], text: "None. Deliveries are kept for 30 days.")
        }
        html.table(
            "Deliveries",
            [
                TableColumn("State"), TableColumn("Event"), .number("Created"), .number("Tries"),
                TableColumn("Last answer"), TableColumn(""),
            ]
        ) { html in for delivery in deliveries { row(delivery, &html) } }
    }

    private func row(_ delivery: Delivery, _ html: inout Markup) {
        html.row { html in
            html.cell { html in
                html.badge(Self.badge(delivery), isPlain: true)
                guard delivery.state == .pending, let next = delivery.nextAttempt else { return }
                html.element("div", ["class": "sub"]) { html in
                    html.text("next try ")
                    html.element("time", ["datetime": next.rfc3339], text: Self.wait(until: next, site.now()))
                }
            }
            html.cell { html in
                html.element("code", text: delivery.topic)
                guard linksToLog else { return }
                html.element("div") { html in
                    html.element(
                        "a", ["class": "sub", "href": Address("/audit", String(delivery.sequence)).text],
                        text: "entry \(DisplayValue.grouped(Int(delivery.sequence)))")
                }
            }
            html.cell(.number) { $0.time(delivery.created, now: site.now()) }
            html.numberCell(String(delivery.attempts))
            html.cell { answer(delivery, &$0) }
            html.cell { html in
                html.form(
                    Address("/webhooks", webhook.id, "deliveries", delivery.id).adding("/redeliver"),
                    label: "Send again", style: "inline"
                ) { $0.submit("Send again", nil) }
            }
        }
    }

    private static func wait(until time: Timestamp, _ now: Timestamp) -> String {
        let left = time.milliseconds - now.milliseconds
        return left <= 0 ? "now" : "in " + DisplayValue.duration(milliseconds: left)
    }

    private static func badge(_ delivery: Delivery) -> Badge {
        switch delivery.state {
        case .pending: delivery.attempts > 0 ? Badge(.warning, "tried, waiting") : Badge(.neutral, "waiting")
        case .delivered: Badge(.good, "delivered")
        case .failed: Badge(.bad, "given up")
        }
    }

    private func answer(_ delivery: Delivery, _ html: inout Markup) {
        if let status = delivery.responseStatus {
            html.text(String(status))
        } else if delivery.problem == nil {
            html.void()
        }
        if let problem = delivery.problem { html.sub(problem) }
        if let body = delivery.responseBody, !body.isEmpty {
            html.folded("Answer") { html in html.element("pre", ["tabindex": "0"]) { $0.outside(body, limit: 2000) } }
        }
    }
}
