import Core
import Platform

/// Grants on the pages of their holders, and the form that adds one.
enum GrantTable {
    /// - Parameter groups: names of the groups that grants may come from; those of a user's own have none.
    static func write(_ grants: [AccessGrant], isAdmin: Bool, groups: [Int64: String] = [:], _ html: inout Markup) {
        html.table(
            "Grants",
            [TableColumn("About", .id), TableColumn("May"), TableColumn("By"), TableColumn("")], style: .cards
        ) { html in
            for grant in grants {
                html.row { html in
                    html.rowHeader { about(grant.target, &$0) }
                    html.cell(label: "May") { html in
                        if let level = grant.level {
                            html.text(level.word)
                        } else {
                            html.badge(.bad, "nothing at all", isPlain: true)
                        }
                    }
                    html.cell(label: "By") { html in
                        if case .group(let id) = grant.holder, let name = groups[id] {
                            html.text("group ")
                            html.name(name, width: 40)
                        } else {
                            html.void("own")
                        }
                    }
                    html.cell { html in
                        guard isAdmin else { return }
                        html.form(Address("/grants", String(grant.id)).adding("/remove"), style: "inline") {
                            $0.submit("Remove", .quiet)
                        }
                    }
                }
            }
        }
    }

    static func about(_ target: GrantTarget, _ html: inout Markup) {
        let what = target.kind == .experiment ? "experiment" : "model"
        switch target.value {
        case .id(let id):
            html.text("\(what) ")
            html.link(String(id), to: Address("/experiments", String(id)))
        case .name(let name):
            html.text("\(what) ")
            if target.kind == .registeredModel {
                html.link(name, to: Address("/models", name), width: 60)
            } else {
                html.name(name, width: 60)
            }
        case .pattern(let pattern):
            html.text("all \(what)s named ")
            html.name(pattern.text, width: 60)
        }
    }

    static func form(_ address: Address, _ html: inout Markup) {
        html.act("Grant rights") { html in
            html.form(address, label: "Grant rights") { html in
                html.field(
                    FormField(
                        "kind", "About",
                        .choice([("registered_model", "a registered model"), ("experiment", "an experiment")]),
                        place: "grant"))
                html.field(
                    FormField(
                        "target", "Name", isRequired: true,
                        hint: "* stands for any text: fraud-*. An experiment can also be named by its number.",
                        place: "grant"))
                html.field(
                    FormField(
                        "level", "May",
                        .choice([
                            ("read", "read"), ("edit", "edit"), ("approve", "approve: put models live"),
                            ("manage", "manage: delete, and grant others rights"),
                            ("none", "nothing at all, whatever else is granted"),
                        ]), place: "grant"))
                html.reasonField(isRequired: false, place: "grant")
                html.buttons { $0.submit("Grant") }
            }
        }
    }

    static func read(_ fields: FormFields) throws(Failure) -> (GrantTarget, Permission.Level?) {
        let kind = try Subject.Kind(named: fields["kind"] ?? "")
        let text = try fields.required("target", "Name")
        let isNumber = kind == .experiment && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let form = text.contains("*") ? "pattern" : isNumber ? "id" : "name"
        let word = fields["level"] ?? ""
        guard let level = Permission.Level(word: word) else {
            guard word == "none" else { throw Failure(.invalid, "'\(word.prefix(50))' is no level") }
            return (try GrantTarget(kind, form, text), nil)
        }
        return (try GrantTarget(kind, form, text), level)
    }
}
