import Core

/// What can be searched of one subject: its fields, what each may be compared with, and how MLflow words a refusal.
/// One instance for each subject, all in `SearchSchemas.swift`.
struct SearchSchema: Sendable {
    /// The values of a field.
    enum Kind: Sendable {
        case text
        /// - whole: whether fractions are refused; quoted: whether a number may stand in quotes.
        case number(whole: Bool, quoted: Bool)

        /// Metrics and most times.
        static let number = Kind.number(whole: false, quoted: false)
    }

    struct Attribute: Sendable {
        /// All spellings; the first is MLflow's own.
        let names: [String]
        /// Spellings that orderings do not have.
        let filterNames: [String]
        let kind: Kind
        let operators: [SearchOperator]
        let use: Use
        /// The only values there are, where they are few.
        let values: [String]?
        /// Where it is really found: some attributes of traces are tags or metadata.
        let field: SearchField

        init(
            _ key: String, _ kind: Kind, _ operators: [SearchOperator], spelled other: [String] = [],
            inFilters filterNames: [String] = [], use: Use = .both, values: [String]? = nil, field: SearchField? = nil
        ) {
            names = [key] + other
            self.filterNames = filterNames
            self.kind = kind
            self.operators = operators
            self.use = use
            self.values = values
            self.field = field ?? SearchField(.attribute, key)
        }

        func names(for use: Use) -> [String] {
            guard self.use.contains(use) else { return [] }
            return use == .filter ? names + filterNames : names
        }
    }

    /// Where a field may stand.
    struct Use: OptionSet {
        let rawValue: Int
        static let filter = Use(rawValue: 1)
        static let order = Use(rawValue: 2)
        static let both: Use = [.filter, .order]
    }

    /// A kind of field beside the attributes, whose keys are free.
    struct Family: Sendable {
        let entity: SearchField.Entity
        let names: [String]
        let kind: Kind
        let operators: [SearchOperator]
        var use = Use.filter
        /// The only keys there are, for datasets.
        var keys: [String]?
    }

    /// How a field is compared.
    struct Rule {
        let field: SearchField
        /// As it is called in a message: `metric`, `start_time`.
        let label: String
        let kind: Kind
        let operators: [SearchOperator]
        let values: [String]?
    }

    /// The first part of a name that stands for attributes; what has no first part is an attribute, too.
    let attributePrefixes: [String]
    let attributes: [Attribute]
    let families: [Family]
    /// Whether values need no quotes, nor keys with `-` and `/`. MLflow reads the filters of logged models so.
    var acceptsBareWords = false
    let messages: any SearchMessages
}

/// The refusals that MLflow words differently for each subject.
protocol SearchMessages: Sendable {
    func unknownEntity(_ name: String) -> String
    /// A comparison that the field does not have.
    func wrongOperator(_ written: String, _ rule: SearchSchema.Rule) -> String
    /// A number where a text in quotes belongs.
    func numberForText(_ rule: SearchSchema.Rule, _ written: String) -> String
    /// A list for a field without `IN`.
    func noLists(_ rule: SearchSchema.Rule, _ written: String) -> String
    /// `IS NULL` for a field without it.
    func noNullTest(_ rule: SearchSchema.Rule) -> String
    /// Whatever is wrong with the field of an ordering, if that is not told in detail.
    func unknownOrderKey(_ source: String) -> String?
}

extension SearchSchema {
    /// The field of a name as it was written.
    /// - Throws: `.invalid` for a name that is none of this subject.
    func rule(_ segments: [SearchLexer.Segment], _ source: String, for use: Use) throws(Failure) -> Rule {
        guard segments.count > 1 else { return try attribute(segments[0].text, for: use) }
        let prefix = segments[0].text
        guard segments[0].quote != "\"" else { throw Failure(.invalid, messages.unknownEntity("\"\(prefix)\"")) }
        let isAttribute = attributePrefixes.contains { $0.utf8.elementsEqual(prefix.utf8) }
        let family = families.first { $0.names.contains { $0.utf8.elementsEqual(prefix.utf8) } }
        guard isAttribute || family != nil else { throw Failure(.invalid, messages.unknownEntity(prefix)) }
        let key = try key(segments.dropFirst(), source)
        guard let family else { return try attribute(key, for: use) }
        if let keys = family.keys, !keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
            throw Failure(
                .invalid,
                "Invalid \(family.entity.label) key '\(key)' specified. Valid keys are '\(Self.set(keys))'")
        }
        guard family.use.contains(use) else {
            throw Failure(.invalid, "Invalid order_by entity: \(family.entity.label)")
        }
        return Rule(
            field: SearchField(family.entity, key), label: family.entity.label, kind: family.kind,
            operators: family.operators, values: nil)
    }

    private func attribute(_ name: String, for use: Use) throws(Failure) -> Rule {
        let attribute = attributes.first { attribute in
            attribute.names(for: use).contains { $0.utf8.elementsEqual(name.utf8) }
        }
        guard let attribute else {
            let names = Self.set(attributes.flatMap { $0.names(for: use) })
            throw Failure(.invalid, "Invalid attribute key '\(name)' specified. Valid keys are '\(names)'")
        }
        return Rule(
            field: attribute.field, label: name, kind: attribute.kind, operators: attribute.operators,
            values: attribute.values)
    }

    /// Either quoted as a whole, or the parts as they stand.
    private func key(_ segments: ArraySlice<SearchLexer.Segment>, _ source: String) throws(Failure) -> String {
        guard segments.count == 1 || segments.allSatisfy({ $0.quote == nil }) else {
            throw Failure(
                .invalid, "Invalid identifier '\(source)'",
                hint: "Quote the whole key, as in tags.`a.b`, or no part of it.")
        }
        return segments.map(\.text).joined(separator: ".")
    }

    /// As Python prints a set of texts, but sorted.
    static func set(_ names: [String]) -> String {
        "{" + names.sorted().map { "'\($0)'" }.joined(separator: ", ") + "}"
    }
}

extension SearchField.Entity {
    /// The word in MLflow's messages.
    var label: String {
        switch self {
        case .parameter: "parameter"
        case .metadata: "request_metadata"
        default: rawValue
        }
    }
}
