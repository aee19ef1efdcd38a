import Core

/// What of the audit log is asked for; the address holds it.
struct AuditFilter: Sendable {
    private let kind: String
    private let under: String
    private let actor: String
    private let since: String
    private let until: String
    /// Where the page before ended.
    let before: Int64?
    private(set) var query = EventQuery()
    /// What is wrong with it, in words.
    private(set) var problem: FailureText?

    init(_ given: Query) {
        func text(_ name: String) -> String { String((given[name] ?? "").prefix(1000)) }
        (kind, under, actor) = (text("kind"), text("under"), text("actor"))
        (since, until) = (text("since"), text("until"))
        before = given["before"].flatMap(Int64.init)
        query.order = .newestFirst
        query.after = before
        query.subjectTree = under.isEmpty ? nil : under
        query.actor = actor.isEmpty ? nil : actor
        query.kinds = kind.isEmpty ? [] : [kind]
        do {
            query.since = try Self.time(since, "From", isEnd: false)
            query.until = try Self.time(until, "To", isEnd: true)
        } catch {
            problem = FailureText(error)
        }
    }

    /// A day, or a moment of RFC 3339, in UTC. A day as an end counts whole.
    private static func time(_ text: String, _ name: String, isEnd: Bool) throws(Failure) -> Timestamp? {
        if text.isEmpty { return nil }
        let isDay = text.utf8.count == 10
        guard let time = Timestamp(rfc3339: isDay ? "\(text)T00:00:00Z" : text) else {
            throw Failure(
                .invalid, "\(name): '\(text.prefix(40))' is neither a day nor a time",
                hint: "Write 2026-11-23 or 2026-11-23T09:00:00Z; it is UTC.")
        }
        return isDay && isEnd ? time.adding(milliseconds: 86_400_000) : time
    }

    var isEmpty: Bool { [kind, under, actor, since, until].allSatisfy(\.isEmpty) }

    private func address(_ under: String, _ actor: String, _ before: Int64?) -> Address {
        func given(_ text: String) -> String? { text.isEmpty ? nil : text }
        return Address("/audit").query([
            ("kind", given(kind)), ("under", given(under)), ("actor", given(actor)), ("since", given(since)),
            ("until", given(until)), ("before", before.map(String.init)),
        ])
    }

    func address(before: Int64?) -> Address { address(under, actor, before) }
    func address(under subject: String) -> Address { address(subject, actor, nil) }
    func address(actor name: String) -> Address { address(under, name, nil) }

    func form(_ site: Site, _ html: inout Markup) {
        let kinds = site.eventWords.flatMap(\.kinds).sorted()
        html.filters(Address("/audit"), label: "Filter entries") { html in
            let choices = [(value: "", title: "Any")] + kinds.map { (value: $0, title: $0) }
            let isKnown = kind.isEmpty || kinds.contains(kind)
            html.field(
                FormField("kind", "Kind", .choice(isKnown ? choices : choices + [(value: kind, title: kind)])), kind)
            html.field(FormField("under", "About", placeholder: "model/17"), under)
            html.field(FormField("actor", "Who"), actor)
            html.field(FormField("since", "From (UTC)", .input("date")), since)
            html.field(FormField("until", "To (UTC)", .input("date")), until)
            html.submit("Filter", nil)
            if !isEmpty { html.element("a", ["class": "button quiet", "href": "/audit"], text: "Clear") }
        }
    }
}

/// What can be said of the log on its page, and exactly what not.
enum LogStatements {
    static func lead(_ state: LogState, _ html: inout Markup) {
        let count = state.size == 1 ? "1 entry" : "\(DisplayValue.grouped(Int(state.size))) entries"
        switch state.check {
        case .holds:
            html.text("\(count), none of which can be changed or removed unnoticed; the newest was checked just now.")
        case .empty: html.text("No entries yet. What will be logged cannot be changed or removed unnoticed.")
        case .broken: html.text("\(count), and they do not fit together.")
        }
    }

    static func notice(_ state: LogState, _ html: inout Markup) {
        guard case .broken(let problem) = state.check else { return }
        html.notice(.bad) { html in
            html.element("p") { html in
                html.element("b", text: "The log is not intact: ")
                html.outside(problem)
                html.text(".")
            }
            html.element("p") { html in
                html.text("Keep the database as it is, and run ")
                html.element("code", text: "steward audit verify")
                html.text(" to learn which entries are concerned.")
            }
        }
    }

    static func explanation(_ state: LogState, _ html: inout Markup) {
        html.facts { html in
            html.fact("Entries") { $0.text(DisplayValue.grouped(Int(state.size))) }
            html.fact("Root hash") { $0.identifier(state.root.base64) }
            html.fact("Log") { $0.name(state.key.name, width: 60) }
            html.fact("Fingerprint of the key") { $0.identifier(VerifierKey.digits(state.key.id)) }
            html.fact("Public key") { $0.identifier(state.key.text) }
            html.fact("Signed checkpoint") { html in
                html.element("a", ["href": "/audit/checkpoint", "download": "checkpoint.txt"], text: "checkpoint.txt")
            }
        }
        html.element("ul") { html in
            switch state.check {
            case .holds(let hashes):
                html.element(
                    "li",
                    text:
                        "Checked for this page: the checkpoint is signed with the key this database has known since "
                        + "its first start, and the newest entry, hashed again, leads to the signed root by "
                        + "\(DisplayValue.count(hashes, "hash", "hashes")).")
            case .empty: html.element("li", text: "Checked for this page: the checkpoint of the empty log is signed.")
            case .broken(let problem):
                html.element("li") { html in
                    html.text("Checked for this page, and failed: ")
                    html.outside(problem)
                }
            }
            html.element(
                "li",
                text:
                    "Not checked for this page: the other entries. The command below reads all of them, computes the "
                    + "tree again and compares it with what was seen of this log before.")
            html.element(
                "li",
                text: "No page of this server can show that the server itself is honest. Verify from another machine, "
                    + "with the key as its operator gave it to you.")
        }
        html.code("steward audit verify --key \(ShellWord.quoted(state.key.text))", id: "verify")
    }
}
