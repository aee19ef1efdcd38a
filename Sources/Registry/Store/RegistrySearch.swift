import Core
import MLflow
import Platform

/// Finds models and versions by MLflow's filters.
struct RegistrySearch {
    let sql: any SQLConnection
    /// What may not be read is not found.
    let rights: Rights

    // MARK: Models

    static func modelKeys(_ orderings: [SearchOrdering]) throws(Failure) -> [SearchStatement.Key] {
        try keys(
            orderings,
            [
                "name": ("m.name", true), "last_updated_timestamp": ("m.updated_at", false),
                "creation_timestamp": ("m.created_at", false),
            ], default: [], last: [("name", false)])
    }

    func models(_ filter: [SearchComparison], _ order: SearchOrder, limit: Int) throws -> SearchPage<ModelOverview> {
        var statement = SearchStatement(sql.dialect)
        statement.require("m.deleted_at IS NULL")
        statement.require(rights, "m.name")
        let (filter, showsPrompts) = Self.withoutPrompts(filter)
        for comparison in filter {
            if comparison.field.entity == .tag {
                let key = statement.bind(.text(comparison.field.key))
                let value = try statement.condition("t.value", comparison)
                statement.require(
                    """
                    EXISTS (SELECT 1 FROM registry_model_tag t
                        WHERE t.model_id = m.id AND t.key = \(key) AND \(value))
                    """
                )
            } else {
                statement.require(try statement.condition("m.name", comparison))
            }
        }
        if !showsPrompts {
            statement.require(
                """
                m.id NOT IN (SELECT model_id FROM registry_model_tag
                    WHERE key = \(statement.bind(.text(Prompts.tag))) AND lower(value) = 'true')
                """)
        }
        if let position = try order.values() { statement.resume(after: position, order.keys) }
        let text = statement.sql(
            RegistryReader.modelColumns, from: "registry_model m", order.keys, limit: limit + 1)
        let models = try sql.rows(text, statement.arguments, RegistryReader.model)
        let page = try RegistryReader(sql).overviews(Array(models.prefix(limit)))
        let end = models.count > limit ? page.last.map { last in order.keys.map { Self.value($0, last.model) } } : nil
        return SearchPage(elements: page, end: end)
    }

    private static func value(_ key: SearchStatement.Key, _ model: RegisteredModel) -> JSON {
        switch key.name {
        case "name": .string(model.name)
        case "creation_timestamp": .integer(model.created.milliseconds)
        default: .integer(model.updated.milliseconds)
        }
    }

    // MARK: Versions

    static func versionKeys(_ orderings: [SearchOrdering]) throws(Failure) -> [SearchStatement.Key] {
        try keys(
            orderings,
            [
                "name": ("m.name", true), "version_number": ("v.number", false),
                "creation_timestamp": ("v.created_at", false), "last_updated_timestamp": ("v.updated_at", false),
            ], default: [("last_updated_timestamp", true)], last: [("name", false), ("version_number", true)])
    }

    private static let versionColumns = [
        "name": "m.name", "run_id": "v.run_id", "version_number": "v.number", "source_path": "v.source",
    ]

    func versions(_ filter: [SearchComparison], _ order: SearchOrder, limit: Int) throws -> SearchPage<ModelVersion> {
        var statement = SearchStatement(sql.dialect)
        statement.require("v.deleted_at IS NULL")
        statement.require(rights, "m.name")
        let (filter, showsPrompts) = Self.withoutPrompts(filter)
        for comparison in filter {
            if comparison.field.entity == .tag {
                let key = statement.bind(.text(comparison.field.key))
                let value = try statement.condition("t.value", comparison)
                statement.require(
                    """
                    EXISTS (SELECT 1 FROM registry_version_tag t
                        WHERE t.model_id = v.model_id AND t.number = v.number AND t.key = \(key) AND \(value))
                    """)
            } else {
                guard let column = Self.versionColumns[comparison.field.key] else {
                    throw Failure(.bug, "versions are not searched by \(comparison.field.key)")
                }
                statement.require(try statement.condition(column, comparison))
            }
        }
        if !showsPrompts {
            statement.require(
                """
                v.model_id NOT IN (SELECT model_id FROM registry_version_tag
                    WHERE key = \(statement.bind(.text(Prompts.tag))) AND lower(value) = 'true')
                """)
        }
        if let position = try order.values() { statement.resume(after: position, order.keys) }
        let text = statement.sql(
            RegistryReader.versionColumns, from: "registry_version v JOIN registry_model m ON m.id = v.model_id",
            order.keys, limit: limit + 1)
        var versions = try sql.rows(text, statement.arguments, RegistryReader.version)
        var end: [JSON]?
        if versions.count > limit {
            versions.removeLast()
            end = versions.last.map { last in order.keys.map { Self.value($0, last) } }
        }
        return SearchPage(elements: try RegistryReader(sql).withTagsAndAliases(versions), end: end)
    }

    private static func value(_ key: SearchStatement.Key, _ version: ModelVersion) -> JSON {
        switch key.name {
        case "name": .string(version.name)
        case "version_number": .integer(version.number)
        case "creation_timestamp": .integer(version.created.milliseconds)
        default: .integer(version.updated.milliseconds)
        }
    }

    // MARK: Both

    /// Takes the special tag of prompts out of a filter.
    /// - Returns: what is left, and whether prompts are shown: only when the filter's first condition on the tag asks
    ///   for them, which is the rule of MLflow 3.18. The tag's absence counts as `false`.
    static func withoutPrompts(_ filter: [SearchComparison]) -> (filter: [SearchComparison], showsPrompts: Bool) {
        func isAbout(_ comparison: SearchComparison) -> Bool {
            comparison.field.entity == .tag && comparison.field.key.utf8.elementsEqual(Prompts.tag.utf8)
        }
        if let first = filter.first(where: isAbout), case .text(let text)? = first.value {
            let word = text.lowercased()
            if (first.comparator == .equal && word == "true") || (first.comparator == .notEqual && word == "false") {
                return (filter, true)
            }
        }
        return (filter.filter { !isAbout($0) }, false)
    }

    /// The order asked for, made total.
    private static func keys(
        _ orderings: [SearchOrdering], _ columns: [String: (column: String, isText: Bool)],
        default standard: [(String, Bool)], last: [(String, Bool)]
    ) throws(Failure) -> [SearchStatement.Key] {
        let asked = orderings.map { ($0.field.key, !$0.ascending) }
        var keys: [SearchStatement.Key] = []
        for (name, isDescending) in (asked.isEmpty ? standard : asked) + last {
            guard !keys.contains(where: { $0.name == name }) else { continue }
            guard let column = columns[name] else { throw Failure(.bug, "nothing is ordered by \(name)") }
            keys.append(
                SearchStatement.Key(
                    name: name, column: column.column, isDescending: isDescending, isText: column.isText))
        }
        return keys
    }
}
