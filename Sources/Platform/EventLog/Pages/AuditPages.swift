import Core

/// The audit log for people: what happened, whether it can be believed, and the proof of each entry.
package struct AuditPages: Sendable {
    let database: Database
    let key: SigningKey

    package init(database: Database, key: SigningKey) {
        self.database = database
        self.key = key
    }

    package static let navigation = [
        NavigationItem("Audit log", "/audit", .auditRead, .audit, in: .governance, order: 60)
    ]

    package var endpoints: [Endpoint] {
        [
            .page("/audit", .may(.auditRead), "The audit log: entries, and what was verified.") {
                try await list($0, $1)
            },
            .page("/audit/{sequence}", .may(.auditRead), "An entry of the audit log, with its proof.") {
                try await entry($0, $1)
            },
        ]
    }

    package static let pageSize = 50

    // MARK: - The list

    private func list(_ request: Request, _ site: Site) async throws -> Page {
        let filter = AuditFilter(request.query)
        let key = key
        var asked = filter.query
        asked.limit = Self.pageSize + 1
        let query = asked
        let (state, events) = try await database.read { sql in
            // The state first: the list may be longer, never shorter.
            (try LogState(key, sql), filter.problem == nil ? try EventLog.events(query, sql) : [])
        }
        var page = Page("Audit log", section: "/audit")
        page.isWide = true
        page.lead { LogStatements.lead(state, &$0) }
        page.body { html in
            LogStatements.notice(state, &html)
            filter.form(site, &html)
            if let problem = filter.problem { html.notice(problem) }
            table(Array(events.prefix(Self.pageSize)), filter, site, &html)
            let next = events.count > Self.pageSize ? events[Self.pageSize - 1].sequence : nil
            html.pages(
                first: filter.before == nil ? nil : filter.address(before: nil),
                next: next.map { filter.address(before: $0) })
            html.section("What was verified", id: "verified") { LogStatements.explanation(state, &$0) }
        }
        return page
    }

    private func table(_ events: [RecordedEvent], _ filter: AuditFilter, _ site: Site, _ html: inout Markup) {
        guard !events.isEmpty else {
            guard filter.isEmpty, filter.before == nil else {
                return html.emptyState(
                    "No such entries", "Nothing in the log fits all of the filters. Entries are never removed.")
            }
            return html.emptyState(
                "Nothing has happened yet",
                "Every change to experiments, models, versions, stages, aliases, webhooks and people becomes an entry.",
                code: """
                    import mlflow
                    mlflow.set_tracking_uri("http://127.0.0.1:5000")
                    mlflow.MlflowClient().create_registered_model("fraud")
                    """)
        }
        html.table(
            "Entries",
            [
                .number("Entry"), TableColumn("When"), TableColumn("Who"), TableColumn("What, and why"),
                TableColumn("About"),
            ]
        ) { html in for event in events { row(event, filter, site, &html) } }
    }

    private func row(_ recorded: RecordedEvent, _ filter: AuditFilter, _ site: Site, _ html: inout Markup) {
        html.row { html in
            html.cell(.number) { html in
                html.element("a", ["href": Address("/audit", String(recorded.sequence)).text]) {
                    $0.text(DisplayValue.grouped(Int(recorded.sequence)))
                }
            }
            html.cell { $0.time(recorded.time, now: site.now()) }
            html.cell { html in
                html.element("a", ["href": filter.address(actor: recorded.principal).text]) {
                    $0.name(recorded.principal, width: 28)
                }
            }
            html.cell { html in
                html.outside(site.phrase(recorded.event).text, limit: 160)
                guard let reason = recorded.reason, !reason.isEmpty else { return }
                html.element("div", ["class": "sub"]) { $0.outside(reason, limit: 160) }
            }
            html.cell { $0.subject(recorded.event, filter, site) }
        }
    }

    // MARK: - One entry

    private func entry(_ request: Request, _ site: Site) async throws -> Page {
        let text = try request.parameter("sequence")
        guard let sequence = Int64(text), sequence >= 0, String(sequence) == text else {
            throw Failure(.notFound, "the log has no entry '\(text.prefix(40))'", hint: "Entries are numbered from 0.")
        }
        let key = key
        let proof = try await database.read { sql in try EntryProof(of: sequence, EventLogTree(sql), key) }
        let recorded = try EventEntry.parse(proof.entry)
        let phrase = site.phrase(recorded.event)
        var page = Page(
            "Entry \(DisplayValue.grouped(Int(sequence)))", section: "/audit",
            crumbs: [.init("Audit log", Address("/audit"))])
        page.badge = Badge(.good, "in the log")
        page.lead { html in
            html.element("b") { $0.name(recorded.principal, width: 60) }
            html.text(" ")
            html.outside(phrase.text, limit: 600)
            html.text(", ")
            html.moment(recorded.time)
            html.text(".")
        }
        page.body { html in
            if let reason = recorded.reason, !reason.isEmpty {
                html.element("blockquote") { $0.outside(reason, limit: 4096) }
            }
            html.section("Entry", id: "entry") { html in
                html.element("p", text: "As it was hashed: canonical JSON (RFC 8785), here on several lines.")
                html.code(Self.shown(proof.entry), id: "entry-text")
            }
            html.section("Proof", id: "proof") { Self.proof(proof, sequence, key.verifier, request, &$0) }
        }
        page.rail { html in
            html.section("About", id: "about") { html in
                html.facts { html in
                    html.fact("About") { $0.subject(recorded.event, AuditFilter(Query("")), site) }
                    html.fact("Kind", recorded.event.kind)
                    html.fact("Time") { $0.moment(recorded.time) }
                    html.fact("By") { $0.name(recorded.principal, width: 40) }
                    if let id = recorded.requestID { html.fact("Request") { $0.identifier(id) } }
                }
            }
            html.element("p") { html in
                let (older, newer) = (sequence - 1, sequence + 1)
                if older >= 0 {
                    html.element(
                        "a", ["href": Address("/audit", String(older)).text, "rel": "prev"], text: "Entry before")
                    html.text("  ")
                }
                if newer < proof.size {
                    html.element(
                        "a", ["href": Address("/audit", String(newer)).text, "rel": "next"], text: "Entry after")
                }
            }
        }
        return page
    }

    private static func shown(_ entry: [UInt8]) -> String {
        // Directions that turn text around are made visible: the entry is what is to be believed.
        let text =
            (try? JSONParser.parse(entry)).map { $0.text(pretty: true) } ?? String(decoding: entry, as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { DisplayText.clean(String($0)) }
            .joined(separator: "\n")
    }

    private static func proof(
        _ proof: EntryProof, _ sequence: Int64, _ key: VerifierKey, _ request: Request, _ html: inout Markup
    ) {
        html.element("p") { html in
            html.text("This server hashed the entry again just now and followed ")
            html.text(DisplayValue.count(proof.hashes, "hash", "hashes"))
            html.text(" to the root of the log of \(DisplayValue.grouped(Int(proof.size))) entries, which it signed.")
            html.text(" To rely on nobody\u{2019}s word, take the proof and check it elsewhere, with a key you know.")
        }
        html.facts { html in
            html.fact("Hash of the entry") { $0.identifier(proof.leaf.base64) }
            html.fact("Key") { $0.identifier(key.text) }
        }
        html.element("div", ["class": "actions"]) { html in
            html.element(
                "a",
                [
                    "class": "button", "href": Address("/audit/proof", String(sequence)).text,
                    "download": "\(sequence).tlog-proof",
                ], text: "Download the proof")
        }
        html.code(
            """
            curl -s \(ShellWord.quoted("\(request.server ?? "http://127.0.0.1:5000")/audit/proof/\(sequence)")) > \(sequence).tlog-proof
            steward audit proof \(sequence).tlog-proof --key \(ShellWord.quoted(key.text))
            """, id: "proof-command")
    }
}

extension Markup {
    /// What an event is about: its page where it has one, and all entries about it.
    fileprivate mutating func subject(_ event: Event, _ filter: AuditFilter, _ site: Site) {
        if let link = site.page(of: event) {
            self.link(link.name, to: link.address, width: 40)
        } else {
            name(event.subject, width: 40)
        }
        text(" ")
        element(
            "a",
            ["class": "sub", "href": filter.address(under: event.subject).text, "title": "All entries about it"],
            text: "all")
    }
}
