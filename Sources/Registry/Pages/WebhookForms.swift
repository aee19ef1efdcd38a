import Core
import Platform

/// What the pages of webhooks are asked to change.
struct WebhookForms: Sendable {
    let registry: Registry

    private var pages: WebhookPages { WebhookPages(registry: registry) }

    var endpoints: [Endpoint] {
        [
            .form("/webhooks", .may(.webhookManage), "Creates a webhook.") { try await create($0, $1) },
            .form("/webhooks/{id}", .may(.webhookManage), "Changes a webhook.") { try await update($0, $1) },
            .form("/webhooks/{id}/state", .may(.webhookManage), "Pauses a webhook or goes on with it.") {
                try await pause($0, $1)
            },
            .form("/webhooks/{id}/test", .may(.webhookManage), "Sends an example to a webhook.") { request, _ in
                let outcome = try await registry.testWebhook(request.parameter("id"), nil)
                return .page(try await pages.webhook(request, request.site, outcome: outcome))
            },
            .form("/webhooks/{id}/delete", .may(.webhookManage), "Deletes a webhook with its deliveries.") {
                try await delete($0, $1)
            },
            .form(
                "/webhooks/{id}/deliveries/{delivery}/redeliver", .may(.webhookManage), "Sends a delivery again."
            ) { request, fields in
                let (id, delivery) = (try request.parameter("id"), try request.parameter("delivery"))
                let webhooks = registry.webhooks
                try await registry.write(by: fields.origin) {
                    _ = try webhooks.redeliver(delivery, webhook: id, $0.transaction)
                }
                return .goTo(WebhookPages.address(id))
            },
        ]
    }

    private func create(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        do throws(Failure) {
            var change = try WebhookForm.change(fields)
            change.status = .active
            return .response(
                try await registry.createWebhook(change, by: fields.origin) {
                    .redirect(to: WebhookPages.address($0.id))
                })
        } catch {
            guard let problem = FailureText(error) else { throw error }
            var page = try await pages.list(request, request.site, change: fields, problem: problem)
            page.status = 400
            return .page(page)
        }
    }

    private func update(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let id = try request.parameter("id")
        do throws(Failure) {
            let change = try WebhookForm.change(fields)
            return .response(
                try await registry.updateWebhook(id, change, by: fields.origin) {
                    .redirect(to: WebhookPages.address($0.id))
                })
        } catch {
            guard let problem = FailureText(error) else { throw error }
            var page = try await pages.webhook(request, request.site, change: fields, problem: problem)
            page.status = 400
            return .page(page)
        }
    }

    private func pause(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        var change = WebhookChange()
        change.status = fields["state"] == "paused" ? .disabled : .active
        return .response(
            try await registry.updateWebhook(request.parameter("id"), change, by: fields.origin) {
                .redirect(to: WebhookPages.address($0.id))
            })
    }

    private func delete(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let id = try request.parameter("id")
        do {
            let webhook = try await registry.read { try WebhookStore(sql: $0.sql).required(id) }
            _ = try fields.required("reason", "Reason")
            guard fields.text("confirm").utf8.elementsEqual(webhook.name.utf8) else {
                throw Failure(.invalid, "Nothing was deleted: what you typed is not the webhook's name")
            }
            try await registry.deleteWebhook(id, by: fields.origin)
            return .goTo(Address("/webhooks"))
        } catch let failure as Failure {
            guard let problem = FailureText(failure) else { throw failure }
            var page = try await pages.webhook(request, request.site, problem: problem)
            page.status = 400
            return .page(page)
        }
    }
}

/// The form of a webhook. A secret is never filled in: an empty field leaves it as it is.
enum WebhookForm {
    static func change(_ fields: FormFields) throws(Failure) -> WebhookChange {
        var change = WebhookChange()
        change.name = fields.text("name")
        change.description = fields.text("description")
        change.url = fields.text("url")
        var topics: [WebhookTopic] = []
        for name in fields.all("event") { topics.append(try WebhookTopic(named: name)) }
        guard !topics.isEmpty else { throw Failure(.invalid, "Told of: choose at least one event") }
        change.topics = topics
        if fields.isTicked("unsigned") { change.secret = "" }
        let secret = fields["secret"] ?? ""
        if !secret.isEmpty { change.secret = secret }
        return change
    }

    static func write(
        _ html: inout Markup, _ address: Address, _ fields: FormFields, webhook: Webhook? = nil, problem: FailureText?
    ) {
        func value(_ name: String, _ stored: String?) -> String { fields[name] ?? stored ?? "" }
        let chosen = fields["name"] == nil ? Set(webhook?.topics.map(\.name) ?? []) : Set(fields.all("event"))
        html.form(address) { html in
            if let problem { html.notice(problem) }
            html.field(FormField("name", "Name", isRequired: true, placeholder: "deploy"), value("name", webhook?.name))
            html.field(
                FormField(
                    "url", "Address", .input("url"), isRequired: true,
                    placeholder: "https://hooks.example.com/steward"),
                value("url", webhook?.url))
            html.field(FormField("description", "Description"), value("description", webhook?.description))
            html.field(
                FormField(
                    "secret", webhook?.hasSecret == true ? "New secret" : "Secret", .input("password"),
                    hint: webhook?.hasSecret == true
                        ? "Leave it empty to keep the present one, which is never shown."
                        : "Signs what is sent, and is never shown again.", autocomplete: "new-password"))
            if webhook?.hasSecret == true { html.box("unsigned", "Do not sign any more") }
            html.element("fieldset") { html in
                html.element("legend", text: "Told of")
                for topic in WebhookTopic.listed where topic != .budgetExceeded {
                    html.box("event", topic.name, value: topic.name, isTicked: chosen.contains(topic.name))
                }
            }
            html.buttons { $0.submit(webhook == nil ? "Create webhook" : "Save") }
        }
    }

    static func actions(
        _ webhook: Webhook, _ fields: FormFields?, _ problem: FailureText?, _ html: inout Markup
    ) {
        let address = WebhookPages.address(webhook.id)
        html.form(address.adding("/test"), label: "Test", style: "inline") { $0.submit("Send a test", nil) }
        html.form(address.adding("/state"), label: "Pause", style: "inline") { html in
            let isActive = webhook.status == .active
            html.submit(isActive ? "Pause" : "Go on", nil, name: "state", value: isActive ? "paused" : "active")
        }
        html.act("Edit", isOpen: fields != nil) { html in
            write(&html, address, fields ?? .empty, webhook: webhook, problem: fields == nil ? nil : problem)
        }
        html.act("Delete webhook", .danger) { html in
            html.form(address.adding("/delete")) { html in
                html.element("p") { html in
                    html.text("This destroys ")
                    html.name(webhook.name, width: 60, element: "b")
                    html.text(" with its deliveries. Its entries in the audit log stay.")
                }
                html.reasonField(place: "delete")
                html.confirmation(webhook.name, place: "delete")
                html.buttons { $0.submit("Delete webhook", .dangerPrimary) }
            }
        }
    }
}
