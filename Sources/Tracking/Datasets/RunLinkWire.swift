import Core
import MLflow
import Platform

/// Inputs and outputs of runs as requests give them, and datasets as answers list them.
enum RunLinkWire {
    static func json(_ summary: DatasetSummary) -> JSON {
        var members: [JSON.Member] = [
            .init("experiment_id", .string(String(summary.experimentID))), .init("name", .string(summary.name)),
            .init("digest", .string(summary.digest)),
        ]
        if let context = summary.context { members.append(.init("context", .string(context))) }
        return .object(members)
    }

    /// `datasets` of a request.
    static func datasetInputs(_ messages: [ProtoMessage]) throws(Failure) -> [DatasetInput] {
        try Validate.datasetBatch(messages.count)
        var inputs: [DatasetInput] = []
        for message in messages {
            guard let dataset = try message.message("dataset") else { throw message.missing("dataset") }
            let input = DatasetInput(
                dataset: Dataset(
                    name: try dataset.requiredText("name"), digest: try dataset.requiredText("digest"),
                    sourceType: try dataset.text("source_type") ?? "", source: try dataset.text("source") ?? "",
                    schema: try dataset.text("schema"), profile: try dataset.text("profile")),
                tags: try PairWire.pairs(message.messages("tags")))
            try check(input)
            inputs.append(input)
        }
        return inputs
    }

    private static func check(_ input: DatasetInput) throws(Failure) {
        let dataset = input.dataset
        try Validate.dataset(
            name: dataset.name, digest: dataset.digest, source: dataset.source, schema: dataset.schema,
            profile: dataset.profile)
        var seen: Set<ExactText> = []
        for tag in input.tags {
            try Validate.inputTag(tag.key, value: tag.value)
            guard seen.insert(ExactText(tag.key)).inserted else {
                throw Failure(.invalid, "The tag '\(tag.key)' of a dataset is given twice")
            }
        }
    }

    /// `models` of a request that names inputs.
    static func modelInputs(_ messages: [ProtoMessage]) throws(Failure) -> [String] {
        var modelIDs: [String] = []
        for message in messages {
            let modelID = try message.requiredText("model_id")
            try Validate.loggedModelID(modelID)
            modelIDs.append(modelID)
        }
        return modelIDs
    }

    /// `models` of a request that names outputs.
    static func modelOutputs(_ messages: [ProtoMessage]) throws(Failure) -> [ModelOutput] {
        var outputs: [ModelOutput] = []
        for message in messages {
            let modelID = try message.requiredText("model_id")
            try Validate.loggedModelID(modelID)
            outputs.append(ModelOutput(modelID: modelID, step: try message.integer("step") ?? 0))
        }
        return outputs
    }
}
