package import Core

/// Rights as a condition of a SELECT, so that lists are filtered before they are counted and cut into pages.
package struct RightsCondition {
    /// The column with the subject's identifier; nil for a kind that is known by its name only.
    let id: String?
    /// The column with its name.
    let name: String
    let kind: Subject.Kind
    let dialect: SQLDialect

    package init(_ kind: Subject.Kind, id: String? = nil, name: String, _ dialect: SQLDialect) {
        self.kind = kind
        self.id = id
        self.name = name
        self.dialect = dialect
    }

    /// - Parameter bind: takes a value and answers the parameter that stands for it in the statement.
    /// - Returns: a condition for the subjects over which `rights` give `level`; nil when these are all there are.
    package func sql(
        _ rights: Rights, at level: Permission.Level = .read, bind: (SQLValue) -> String
    ) -> String? {
        if rights.holdEverywhere(level) { return nil }
        let conditions = ([own(rights, level, bind)] + rights.bounds.map { sql($0, at: level, bind: bind) }).compactMap(
            \.self)
        return conditions.isEmpty ? nil : "(\(conditions.joined(separator: " AND ")))"
    }

    /// The condition that rights put without their bounds.
    private func own(_ rights: Rights, _ level: Permission.Level, _ bind: (SQLValue) -> String) -> String? {
        let grants = rights.grants.filter { $0.kind == kind }
        var conditions: [String] = []
        if rights.level.map({ $0 < level }) ?? true {
            let given = anyOf(grants.filter { $0.level.map { $0 >= level } ?? false }, bind)
            conditions.append(given ?? "1 = 0")
        }
        if let refused = anyOf(grants.filter { $0.level == nil }, bind) { conditions.append("NOT \(refused)") }
        return conditions.isEmpty ? nil : conditions.joined(separator: " AND ")
    }

    /// A condition for the subjects that one of the grants is about; nil without grants.
    private func anyOf(_ grants: [Grant], _ bind: (SQLValue) -> String) -> String? {
        var ids: [JSON] = []
        var names: [JSON] = []
        var tests: [String] = []
        for grant in grants {
            switch grant.target {
            case .id(let number): ids.append(.integer(number))
            case .name(let text): names.append(.string(text))
            case .pattern(let pattern): tests.append(dialect.like(name, pattern, bind))
            }
        }
        // In one parameter, however many there are.
        if let id, !ids.isEmpty {
            tests.append(dialect.isAmong(id, integers: bind(.text(JSON.array(ids).text()))))
        }
        if !names.isEmpty { tests.append(dialect.isAmong(name, texts: bind(.text(JSON.array(names).text())))) }
        if tests.isEmpty { return grants.isEmpty ? nil : "(1 = 0)" }
        return "(\(tests.joined(separator: " OR ")))"
    }
}

extension SQLDialect {
    /// Whether an expression is an element of a JSON array of 64-bit integers.
    fileprivate func isAmong(_ expression: String, integers parameter: String) -> String {
        switch self {
        case .sqlite: "\(expression) IN (SELECT value FROM json_each(\(parameter)))"
        case .postgresql:
            """
            \(expression) IN (SELECT CAST(e AS BIGINT) FROM json_array_elements_text(CAST(\(parameter) AS JSON)) AS e)
            """
        }
    }

    /// Whether an expression is an element of a JSON array of texts.
    fileprivate func isAmong(_ expression: String, texts parameter: String) -> String {
        switch self {
        case .sqlite: "\(expression) IN (SELECT value FROM json_each(\(parameter)))"
        case .postgresql:
            "\(expression) IN (SELECT e FROM json_array_elements_text(CAST(\(parameter) AS JSON)) AS e)"
        }
    }

    /// Whether an expression matches a pattern of names. `%`, `_` and the escape character stand for themselves in it.
    fileprivate func like(_ expression: String, _ pattern: NamePattern, _ bind: (SQLValue) -> String) -> String {
        var text = ""
        for scalar in pattern.text.unicodeScalars {
            switch scalar {
            case "*": text += "%"
            case "%", "_", "!":
                text += "!"
                text.unicodeScalars.append(scalar)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return "\(expression) LIKE \(bind(.text(text))) ESCAPE '!'"
    }
}
