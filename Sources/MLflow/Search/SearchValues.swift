import Core

/// A value as it was written.
struct SearchOperand {
    enum Kind {
        case text(String)
        case number
        /// A name where a value should be.
        case name
        /// Its values, or why it is none.
        case list(Result<[String], Failure>)
    }

    let kind: Kind
    let source: String
}

extension SearchSchema {
    /// The value of a comparison, typed by its field.
    func value(_ operand: SearchOperand, _ rule: Rule) throws(Failure) -> SearchValue {
        switch rule.kind {
        case .text: try text(operand, rule)
        case .number(let whole, let quoted): try number(operand, rule, whole: whole, quoted: quoted)
        }
    }

    private func text(_ operand: SearchOperand, _ rule: Rule) throws(Failure) -> SearchValue {
        switch operand.kind {
        case .text(let text):
            try check(text, rule)
            return .text(text)
        case .list(let values):
            guard rule.operators.contains(.in) else {
                throw Failure(.invalid, messages.noLists(rule, operand.source))
            }
            let texts = try values.get()
            for text in texts { try check(text, rule) }
            return .list(texts)
        case .number, .name:
            if acceptsBareWords {
                try check(operand.source, rule)
                return .text(operand.source)
            }
            if case .number = operand.kind { throw Failure(.invalid, messages.numberForText(rule, operand.source)) }
            throw Failure(
                .invalid,
                "Parameter value is either not quoted or unidentified quote types used for string value "
                    + "\(operand.source). Use either single or double quotes.")
        }
    }

    private func check(_ text: String, _ rule: Rule) throws(Failure) {
        if let values = rule.values, !values.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
            throw Failure(.invalid, "Unknown model status in filter: '\(text)'")
        }
        if rule.field == SearchField(.attribute, "experiment_id"), Int64(text) == nil {
            throw Failure(.invalid, "Invalid experiment ID '\(text)'. Experiment ID must be a valid integer.")
        }
    }

    private func number(
        _ operand: SearchOperand, _ rule: Rule, whole: Bool, quoted: Bool
    ) throws(Failure) -> SearchValue {
        let written: String
        switch operand.kind {
        case .number: written = operand.source
        case .text(let text) where quoted: written = text
        case .list where quoted: throw Failure(.invalid, messages.noLists(rule, operand.source))
        default:
            throw Failure(
                .invalid,
                rule.field.entity == .metric
                    ? "Expected numeric value type for metric. Found \(operand.source)"
                    : "Expected numeric value type for numeric attribute: \(rule.label). Found \(operand.source)")
        }
        if rule.field.entity == .attribute, let integer = Int64(written) { return .integer(integer) }
        guard !whole, let number = Double(written), !number.isNaN else {
            throw Failure(.invalid, "Invalid value for numeric attribute '\(rule.label)': '\(written)'")
        }
        return .number(number)
    }
}
