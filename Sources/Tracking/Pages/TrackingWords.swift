import Core
import Platform

/// This domain's events as people tell them.
enum TrackingWords {
    static let words = EventWords(kinds: kinds) { phrase($0) }

    private static let kinds =
        [
            "created", "renamed", "deleted", "restored", "purged", "tag-set", "tag-deleted",
        ].map { "tracking.experiment-\($0)" }
        + ["finished", "deleted", "restored", "purged"].map { "tracking.run-\($0)" }
        + ["created", "finished", "deleted", "purged"].map { "tracking.logged-model-\($0)" }
        + ["tracking.artifact-deleted", "tracking.traces-deleted"]

    private static func phrase(_ event: Event) -> EventPhrase? {
        let details = event.details
        func text(_ name: String) -> String { short(details[name]?.text ?? "") }
        let experiment = details["name"].map { _ in "the experiment \(text("name"))" } ?? "an experiment"
        let run = details["name"].map { _ in "the run \(text("name"))" } ?? "a run"
        switch event.kind {
        case "tracking.experiment-created": return EventPhrase("created \(experiment)")
        case "tracking.experiment-renamed":
            return EventPhrase("renamed the experiment \(text("old_name")) to \(text("name"))")
        case "tracking.experiment-deleted":
            let runs = details["runs"]?.int ?? 0
            return EventPhrase("deleted \(experiment) with \(DisplayValue.count(runs, "run"))", .bad)
        case "tracking.experiment-restored": return EventPhrase("restored \(experiment)")
        case "tracking.experiment-purged": return EventPhrase("removed \(experiment) for good", .bad)
        case "tracking.experiment-tag-set":
            return EventPhrase("set the tag \(text("key")) of an experiment to \(text("new"))")
        case "tracking.experiment-tag-deleted":
            return EventPhrase("took the tag \(text("key")) from an experiment")
        case "tracking.run-finished": return finished(text("status"))
        case "tracking.run-deleted": return EventPhrase("deleted \(run)", .bad)
        case "tracking.run-restored": return EventPhrase("restored \(run)")
        case "tracking.run-purged": return EventPhrase("removed \(run) for good", .bad)
        case "tracking.logged-model-created": return EventPhrase("logged the model \(text("name"))")
        case "tracking.logged-model-finished":
            return details["status"]?.text == "FAILED"
                ? EventPhrase("gave up a logged model", .bad) : EventPhrase("finished a logged model", .good)
        case "tracking.logged-model-deleted": return EventPhrase("deleted a logged model", .bad)
        case "tracking.logged-model-purged":
            return EventPhrase("removed the logged model \(text("name")) for good", .bad)
        case "tracking.artifact-deleted": return EventPhrase("deleted artifacts", .bad)
        default: return nil
        }
    }

    private static func finished(_ status: String) -> EventPhrase {
        switch status {
        case "FAILED": EventPhrase("ended a run that failed", .bad)
        case "KILLED": EventPhrase("ended a run that was killed", .warning)
        default: EventPhrase("finished a run", .good)
        }
    }

    private static func short(_ text: String) -> String {
        text.isEmpty ? "nothing" : DisplayText.shorten(DisplayText.clean(text), to: 60)
    }
}
