struct RunMessages: SearchMessages {
    func unknownEntity(_ name: String) -> String {
        "Invalid entity type '\(name)'. "
            + "Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
    }

    func wrongOperator(_ written: String, _ rule: SearchSchema.Rule) -> String { invalidComparator(written, rule) }

    func noLists(_ rule: SearchSchema.Rule, _ written: String) -> String {
        switch rule.field.entity {
        case .attribute: onlyListsOf(["run_id"])
        default: quotedValueExpected(rule, written)
        }
    }

    func noNullTest(_ rule: SearchSchema.Rule) -> String {
        "IS NULL / IS NOT NULL is only supported for tags and params, "
            + "not for '\(rule.field.entity.label)' '\(rule.field.key)'"
    }
}

struct ExperimentMessages: SearchMessages {
    func unknownEntity(_ name: String) -> String {
        "Invalid entity type '\(name)'. Valid entity types are ('attribute', 'attributes', 'tag', 'tags')"
    }

    func wrongOperator(_ written: String, _ rule: SearchSchema.Rule) -> String {
        switch rule.field.entity {
        case .tag: "Invalid comparator for tag: \(written)"
        case _ where rule.field.key == "experiment_id": "Invalid comparator for experiment_id: \(written)"
        default: invalidComparator(written, rule)
        }
    }

    func noLists(_ rule: SearchSchema.Rule, _ written: String) -> String {
        rule.field.entity == .attribute ? onlyListsOf(["experiment_id"]) : quotedValueExpected(rule, written)
    }

    func noNullTest(_ rule: SearchSchema.Rule) -> String {
        "IS NULL / IS NOT NULL is only supported for tags, not for attribute '\(rule.field.key)'"
    }
}

struct RegistryMessages: SearchMessages {
    /// `registered model` or `model version`.
    let subject: String

    func unknownEntity(_ name: String) -> String {
        "Invalid entity type '\(name)'. Valid entity types are ('attribute', 'tag', 'tags')"
    }

    func wrongOperator(_ written: String, _ rule: SearchSchema.Rule) -> String {
        switch (rule.field.entity, rule.kind) {
        case (.tag, _): "Invalid comparator for tag: \(written)"
        case (_, .text): "Invalid comparator for attribute: \(written)"
        default: "Invalid comparator for attribute \(rule.field.key): \(written)"
        }
    }

    func numberForText(_ rule: SearchSchema.Rule, _ written: String) -> String {
        guard rule.field.entity == .attribute else { return quotedValueExpected(rule, written) }
        guard subject == "model version" else {
            return "Expected a quoted string value or a list of quoted string values for attributes. "
                + "Got value \(written)"
        }
        return onlyNumbersOf(["creation_timestamp", "last_updated_timestamp", "version_number"])
    }

    func noLists(_ rule: SearchSchema.Rule, _ written: String) -> String {
        guard rule.field.entity == .attribute else { return quotedValueExpected(rule, written) }
        return onlyListsOf(subject == "model version" ? ["name", "run_id"] : ["name"])
    }

    func noNullTest(_ rule: SearchSchema.Rule) -> String {
        "IS NULL / IS NOT NULL is not supported for \(subject) search."
    }

    func unknownOrderKey(_ source: String) -> String? {
        guard subject == "registered model" else { return nil }
        return "Invalid order by key '\(source)' specified. Valid keys are '{'name', 'timestamp'}'"
    }
}

struct LoggedModelMessages: SearchMessages {
    func unknownEntity(_ name: String) -> String {
        "Invalid entity type: '\(name)'. Expected one of ['attributes', 'metrics', 'params', 'tags']."
    }

    func wrongOperator(_ written: String, _ rule: SearchSchema.Rule) -> String {
        if rule.values != nil { return "Invalid comparison operator for \(rule.field.key): \(written)" }
        let operators = rule.operators.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return "Invalid comparison operator for \(name(rule)): '\(written)'. Expected one of (\(operators))."
    }

    func noLists(_ rule: SearchSchema.Rule, _ written: String) -> String { wrongOperator("IN", rule) }

    func noNullTest(_ rule: SearchSchema.Rule) -> String {
        "Invalid comparison: \(name(rule)) IS NULL. Expected a comparison with 3 tokens."
    }

    private func name(_ rule: SearchSchema.Rule) -> String { "\(rule.field.entity.rawValue)s.\(rule.field.key)" }
}

struct TraceMessages: SearchMessages {
    func unknownEntity(_ name: String) -> String {
        let names = [
            "attribute", "attributes", "metadata", "request_metadata", "tag", "tags", "trace",
        ]
        return "Invalid entity type '\(name)'. Valid values are \(SearchSchema.set(names))"
    }

    func wrongOperator(_ written: String, _ rule: SearchSchema.Rule) -> String { invalidComparator(written, rule) }

    func noLists(_ rule: SearchSchema.Rule, _ written: String) -> String { invalidComparator("IN", rule) }

    func numberForText(_ rule: SearchSchema.Rule, _ written: String) -> String {
        guard rule.field.entity == .attribute else { return quotedValueExpected(rule, written) }
        return onlyNumbersOf([
            "end_time", "end_time_ms", "execution_time", "execution_time_ms", "timestamp", "timestamp_ms",
        ])
    }

    func noNullTest(_ rule: SearchSchema.Rule) -> String { invalidComparator("IS NULL", rule) }
}

extension SearchMessages {
    func unknownOrderKey(_ source: String) -> String? { nil }

    fileprivate func invalidComparator(_ written: String, _ rule: SearchSchema.Rule) -> String {
        "Invalid comparator '\(written)' not one of '\(SearchSchema.set(rule.operators.map(\.rawValue)))'"
    }

    fileprivate func onlyListsOf(_ keys: [String]) -> String {
        let names = keys.map { "'\($0)'" }.joined(separator: ", ")
        return "Only [\(names)] attributes support comparison with a list of quoted string values."
    }

    fileprivate func onlyNumbersOf(_ keys: [String]) -> String {
        "Only the '\(SearchSchema.set(keys))' attributes support comparison with numeric values."
    }

    func numberForText(_ rule: SearchSchema.Rule, _ written: String) -> String { quotedValueExpected(rule, written) }

    fileprivate func quotedValueExpected(_ rule: SearchSchema.Rule, _ written: String) -> String {
        switch rule.field.entity {
        case .attribute: "Expected a quoted string value for attributes. Got value \(written)"
        case .dataset: "Expected a quoted string value for dataset attributes. Got value \(written)"
        default: "Expected a quoted string value for \(rule.label) (e.g. 'my-value'). Got value \(written)"
        }
    }
}
