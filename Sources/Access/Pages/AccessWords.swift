import Core
import Platform

/// The events about users as people tell them.
enum AccessWords {
    static let words = EventWords(kinds: kinds) { phrase($0) }

    private static let kinds = [
        EventKind.userCreated, EventKind.userUpdated, EventKind.userDeleted, EventKind.passwordSet,
        EventKind.tokenCreated, EventKind.tokenRevoked, EventKind.groupCreated, EventKind.groupUpdated,
        EventKind.groupDeleted, EventKind.memberAdded, EventKind.memberRemoved, EventKind.grantSet,
        EventKind.grantRemoved, EventKind.identityLinked, EventKind.lastAdminKept, EventKind.signedIn,
        EventKind.signedOut, EventKind.linkMade, EventKind.linkUsed, EventKind.signInLimited,
    ]

    private static func phrase(_ event: Event) -> EventPhrase? {
        let details = Details(event.details)
        return ofUsers(event.kind, details) ?? ofGroups(event.kind, details) ?? ofSignIns(event.kind, details)
    }

    private static func ofUsers(_ kind: String, _ details: Details) -> EventPhrase? {
        let user = details["user"]
        switch kind {
        case EventKind.userCreated:
            let what = details["kind"] == User.Kind.service.rawValue ? "service account" : "user"
            return EventPhrase("created the \(what) \(user), \(role(details["role"]))")
        case EventKind.userUpdated: return EventPhrase("changed the user \(user)\(changes(details.json))")
        case EventKind.userDeleted: return EventPhrase("deleted the user \(user)", .bad)
        case EventKind.passwordSet:
            return EventPhrase(
                details.json["by_user"] == .bool(true) ? "chose a new password" : "set the password of \(user)")
        case EventKind.tokenCreated:
            let level = details["level"].isEmpty ? "" : ", which may \(details["level"])"
            return EventPhrase("made the token \(details["name"]) of \(user)\(level)")
        case EventKind.tokenRevoked: return EventPhrase("revoked the token \(details["name"]) of \(user)")
        case EventKind.identityLinked:
            return EventPhrase("linked the account \(user) to \(details["issuer"])")
        case EventKind.lastAdminKept:
            return EventPhrase("kept \(user) as the last administrator, against \(details["issuer"])", .warning)
        default: return nil
        }
    }

    private static func ofGroups(_ kind: String, _ details: Details) -> EventPhrase? {
        let (user, group) = (details["user"], details["group"])
        switch kind {
        case EventKind.groupCreated: return EventPhrase("created the group \(group)")
        case EventKind.groupUpdated:
            let name = details["new_name"]
            return EventPhrase(
                name == group ? "changed the group \(group)" : "renamed the group \(group) to \(name)")
        case EventKind.groupDeleted: return EventPhrase("deleted the group \(group)", .bad)
        case EventKind.memberAdded: return EventPhrase("added \(user) to the group \(group)")
        case EventKind.memberRemoved: return EventPhrase("took \(user) out of the group \(group)")
        case EventKind.grantSet:
            return EventPhrase("let \(holder(details)) \(right(details["new"])) \(target(details.json["about"]))")
        case EventKind.grantRemoved:
            return EventPhrase(
                "took back that \(holder(details)) may \(right(details["old"])) \(target(details.json["about"]))")
        default: return nil
        }
    }

    private static func ofSignIns(_ kind: String, _ details: Details) -> EventPhrase? {
        let user = details["user"]
        switch kind {
        case EventKind.signedIn: return EventPhrase("signed in")
        case EventKind.signedOut: return EventPhrase("signed out")
        case EventKind.linkMade:
            return EventPhrase(
                details["purpose"] == "set-up"
                    ? "made the link for the first administrator" : "made a link for a password of \(user)")
        case EventKind.linkUsed: return EventPhrase("used the link for the account \(user)")
        case EventKind.signInLimited:
            return EventPhrase("failed to sign in as \(user) too often and has to wait", .warning)
        default: return nil
        }
    }

    /// `: editor is now approver, deactivated`.
    private static func changes(_ details: JSON) -> String {
        var words: [String] = []
        if let change = details["role"].map(Details.init) {
            words.append("\(role(change["old"])) is now \(role(change["new"]))")
        }
        if let active = details["is_active"] {
            words.append(active["new"] == .bool(true) ? "activated" : "deactivated")
        }
        if details["display_name"] != nil { words.append("the name shown") }
        return words.isEmpty ? "" : ": " + words.joined(separator: ", ")
    }

    private static func role(_ name: String) -> String { name.isEmpty ? "without a role" : name }

    private static func holder(_ details: Details) -> String {
        details["group"].isEmpty ? details["user"] : "the group \(details["group"])"
    }

    private static func right(_ level: String) -> String {
        level == AccessGrant.word(nil) ? "see nothing of" : level
    }

    /// `the experiment fraud`, `models like fraud-*`.
    private static func target(_ json: JSON?) -> String {
        let about = Details(json ?? .null)
        let thing = about["kind"] == Subject.Kind.experiment.rawValue ? "experiment" : "model"
        if !about["pattern"].isEmpty { return "\(thing)s like \(about["pattern"])" }
        return "the \(thing) \(about["name"].isEmpty ? about["id"] : about["name"])"
    }

    /// Details of an event, short enough for a sentence.
    private struct Details {
        let json: JSON
        init(_ json: JSON) { self.json = json }
        subscript(_ name: String) -> String {
            DisplayText.shorten(DisplayText.clean(json[name]?.text ?? ""), to: 80)
        }
    }
}
