package import Core

/// An event in the words of its domain.
package struct EventPhrase: Sendable {
    /// What somebody did, as it follows their name: "moved version 7 of fraud from Staging to Production".
    package let text: String
    /// What it means for whoever reads a history.
    package let tone: Tone

    package init(_ text: String, _ tone: Tone = .neutral) {
        self.text = text
        self.tone = tone
    }
}

/// How a domain tells of its events.
package struct EventWords: Sendable {
    /// Kinds that it records, for the filter of the audit log: `registry.stage-transitioned`.
    package let kinds: [String]
    /// - Returns: nil for an event that is not among them.
    package let say: @Sendable (Event) -> EventPhrase?

    package init(kinds: [String], _ say: @escaping @Sendable (Event) -> EventPhrase?) {
        self.kinds = kinds
        self.say = say
    }
}

extension EventPhrase {
    /// For events whose domain has no words of its own: the kind, and of the details what is short.
    init(_ event: Event) {
        let kind = event.kind.split(separator: ".", maxSplits: 1).last ?? ""
        // `run-deleted` is "run deleted"; the sentence puts the verb first: "deleted run".
        let words = kind.split(separator: "-")
        let text = words.count > 1 ? ([words[words.count - 1]] + words.dropLast()).joined(separator: " ") : String(kind)
        let details = Self.particulars(event.details).prefix(4)
        self.init(details.isEmpty ? text : "\(text) (\(details.joined(separator: ", ")))")
    }

    /// `name: fraud`, `stage: Staging to Production`.
    private static func particulars(_ details: JSON) -> [String] {
        guard case .object(let members) = details else { return [] }
        return members.compactMap { member -> String? in
            switch member.value {
            case .object:
                guard let old = member.value["old"], let new = member.value["new"], let from = short(old),
                    let to = short(new)
                else { return nil }
                return "\(member.name): \(from) to \(to)"
            case .null, .bool(false): return nil
            default: return short(member.value).map { "\(member.name): \($0)" }
            }
        }
    }

    private static func short(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text.isEmpty ? "nothing" : DisplayText.shorten(DisplayText.clean(text), to: 60)
        case .null: "nothing"
        case .array, .object: nil
        default: value.text()
        }
    }
}

extension Site {
    /// What an event says, in the words of its domain.
    package func phrase(_ event: Event) -> EventPhrase {
        for words in eventWords { if let phrase = words.say(event) { return phrase } }
        return EventPhrase(event)
    }
}

extension Markup {
    /// An entry of a history: who, what, why, when, with the way to the audit log.
    /// - Parameters:
    ///   - linksToLog: whether the visitor may read the audit log.
    ///   - linksToSubject: whether the sentence leads to what it is about: elsewhere than on its own page.
    package mutating func historyEntry(
        _ recorded: RecordedEvent, _ site: Site, linksToLog: Bool, linksToSubject: Bool = false
    ) {
        let phrase = site.phrase(recorded.event)
        event(phrase.tone, at: recorded.time, now: site.now(), reason: recorded.reason) { html in
            html.element("b") { $0.name(recorded.principal, width: 40) }
            html.text(" ")
            if linksToSubject, let link = site.page(of: recorded.event) {
                html.element("a", ["href": link.address.text]) { $0.outside(phrase.text, limit: 400) }
            } else {
                html.outside(phrase.text, limit: 400)
            }
            guard linksToLog else { return }
            html.text(" ")
            html.element("a", ["class": "sub", "href": Address("/audit", String(recorded.sequence)).text]) {
                $0.text("entry \(DisplayValue.grouped(Int(recorded.sequence)))")
            }
        }
    }
}
