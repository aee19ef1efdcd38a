import Core
import Platform

/// How MLflow writes models and versions. Empty lists and texts that were never set are left out.
extension JSONWriter {
    mutating func model(_ overview: ModelOverview) {
        let model = overview.model
        beginObject()
        member("name", model.name)
        member("creation_timestamp", model.created.milliseconds)
        member("last_updated_timestamp", model.updated.milliseconds)
        if let description = model.description, !description.isEmpty { member("description", description) }
        if !overview.latest.isEmpty {
            name("latest_versions")
            versions(overview.latest)
        }
        tags(overview.tags)
        if !overview.aliases.isEmpty {
            name("aliases")
            beginArray()
            for alias in overview.aliases {
                beginObject()
                member("alias", alias.name)
                member("version", String(alias.version))
                endObject()
            }
            endArray()
        }
        endObject()
    }

    mutating func version(_ version: ModelVersion) {
        beginObject()
        member("name", version.name)
        member("version", String(version.number))
        member("creation_timestamp", version.created.milliseconds)
        member("last_updated_timestamp", version.updated.milliseconds)
        member("current_stage", version.stage.rawValue)
        if let description = version.description { member("description", description) }
        member("source", version.source)
        member("run_id", version.runID)
        member("status", "READY")
        tags(version.tags)
        member("run_link", version.runLink)
        if !version.aliases.isEmpty {
            name("aliases")
            beginArray()
            for alias in version.aliases { string(alias) }
            endArray()
        }
        if !version.loggedModelID.isEmpty { member("model_id", version.loggedModelID) }
        endObject()
    }

    mutating func versions(_ versions: [ModelVersion]) {
        beginArray()
        for version in versions { self.version(version) }
        endArray()
    }

    private mutating func tags(_ tags: [Tag]) {
        guard !tags.isEmpty else { return }
        name("tags")
        beginArray()
        for tag in tags {
            beginObject()
            member("key", tag.key)
            member("value", tag.value)
            endObject()
        }
        endArray()
    }
}

extension Response {
    static func model(_ overview: ModelOverview) -> Response {
        message { writer in
            writer.name("registered_model")
            writer.model(overview)
        }
    }

    static func version(_ version: ModelVersion) -> Response {
        message { writer in
            writer.name("model_version")
            writer.version(version)
        }
    }

    static func versions(_ versions: [ModelVersion], nextPageToken: String? = nil) -> Response {
        message(capacity: 512 * max(versions.count, 1)) { writer in
            if !versions.isEmpty {
                writer.name("model_versions")
                writer.versions(versions)
            }
            if let nextPageToken { writer.member("next_page_token", nextPageToken) }
        }
    }

    static func message(capacity: Int = 512, _ members: (inout JSONWriter) -> Void) -> Response {
        var writer = JSONWriter(capacity: capacity)
        writer.beginObject()
        members(&writer)
        writer.endObject()
        return .json(bytes: writer.finish())
    }
}
