package import Core

/// One key that the results of a search are sorted by. Values that are missing come last in both directions, before
/// them NaN.
package struct SearchOrdering: Sendable, Equatable {
    package let field: SearchField
    package let ascending: Bool

    package init(_ field: SearchField, ascending: Bool) {
        self.field = field
        self.ascending = ascending
    }

    /// Reads `order_by`: `metrics.loss DESC`, `start_time`, `` tags.`a b` ASC ``.
    /// - Throws: `.invalid` in MLflow's words, also for a field that is named twice, but for experiments: there the
    ///   first one counts.
    package static func parse(_ clauses: [String], for subject: SearchSubject) throws(Failure) -> [SearchOrdering] {
        let schema = SearchSchema.of(subject)
        var orderings: [SearchOrdering] = []
        for clause in clauses { orderings.append(try parse(clause, schema)) }
        guard orderings.count <= SearchLimit.orderings else { throw tooMany() }
        var distinct: [SearchOrdering] = []
        for ordering in orderings where !distinct.contains(where: { $0.field == ordering.field }) {
            distinct.append(ordering)
        }
        guard distinct.count == orderings.count || subject == .experiments else {
            let list = clauses.map { "'\($0)'" }.joined(separator: ", ")
            throw Failure(.invalid, "`order_by` contains duplicate fields: [\(list)]")
        }
        return distinct
    }

    /// Reads the `order_by` of logged models, where the direction has a field of its own.
    /// - Parameter clauses: `metrics.loss`, `creation_timestamp`; a metric's key is taken as it stands.
    package static func parseLoggedModels(
        _ clauses: [(fieldName: String, ascending: Bool)]
    ) throws(Failure) -> [SearchOrdering] {
        let schema = SearchSchema.of(.loggedModels)
        var orderings: [SearchOrdering] = []
        for (name, ascending) in clauses {
            orderings.append(SearchOrdering(try loggedModelField(name, schema), ascending: ascending))
        }
        // The same metric may come again on another data set.
        guard orderings.count <= SearchLimit.orderings else { throw tooMany() }
        return orderings
    }

    private static func parse(_ clause: String, _ schema: SearchSchema) throws(Failure) -> SearchOrdering {
        guard clause.utf8.count <= SearchLimit.orderingBytes else {
            throw Failure(.invalid, "An order_by clause is longer than \(SearchLimit.orderingBytes) bytes")
        }
        var lexer = SearchLexer(clause)
        let name = lexer.next()
        let direction = lexer.next()
        guard case .name(let segments) = name.kind else { throw notParsed(clause) }
        var ascending = true
        switch direction.kind {
        case .end: break
        case .name:
            guard case .end = lexer.next().kind else { throw notParsed(clause) }
            guard direction.word == "ASC" || direction.word == "DESC" else {
                throw Failure(.invalid, "Invalid ordering key in order_by clause '\(clause)'.")
            }
            ascending = direction.word == "ASC"
        default: throw notParsed(clause)
        }
        do {
            return SearchOrdering(try schema.rule(segments, name.source, for: .order).field, ascending: ascending)
        } catch {
            throw schema.messages.unknownOrderKey(name.source).map { Failure(.invalid, $0) } ?? error
        }
    }

    private static func loggedModelField(_ name: String, _ schema: SearchSchema) throws(Failure) -> SearchField {
        guard let point = name.utf8.firstIndex(of: UInt8(ascii: ".")) else {
            let attribute = schema.attributes.first { $0.names.contains { $0.utf8.elementsEqual(name.utf8) } }
            guard let attribute else { throw Failure(.invalid, "Invalid order by field name: \(name)") }
            return attribute.field
        }
        guard name[..<point] == "metrics" else {
            throw Failure(.invalid, "Invalid order by field name: \(name). Only metrics are supported.")
        }
        return SearchField(.metric, String(name[name.utf8.index(after: point)...]))
    }

    private static func notParsed(_ clause: String) -> Failure {
        Failure(.invalid, "Invalid order_by clause '\(clause)'. Could not be parsed.")
    }

    private static func tooMany() -> Failure {
        Failure(.invalid, "order_by has more than \(SearchLimit.orderings) clauses")
    }
}
