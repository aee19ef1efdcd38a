import Core

extension JSONWriter {
    /// `inputs` of a run.
    mutating func runInputs(_ links: RunLinks?) {
        beginObject()
        if let datasets = links?.datasets, !datasets.isEmpty {
            name("dataset_inputs")
            beginArray()
            for dataset in datasets { datasetInput(dataset) }
            endArray()
        }
        if let models = links?.modelInputs, !models.isEmpty {
            name("model_inputs")
            beginArray()
            for model in models {
                beginObject()
                member("model_id", model)
                endObject()
            }
            endArray()
        }
        endObject()
    }

    /// `outputs` of a run.
    mutating func runOutputs(_ links: RunLinks?) {
        beginObject()
        if let outputs = links?.modelOutputs, !outputs.isEmpty {
            name("model_outputs")
            beginArray()
            for output in outputs {
                beginObject()
                member("model_id", output.modelID)
                member("step", output.step)
                endObject()
            }
            endArray()
        }
        endObject()
    }

    private mutating func datasetInput(_ input: DatasetInput) {
        beginObject()
        if !input.tags.isEmpty {
            name("tags")
            beginArray()
            for tag in input.tags { pair(tag.key, tag.value) }
            endArray()
        }
        name("dataset")
        beginObject()
        let dataset = input.dataset
        member("name", dataset.name)
        member("digest", dataset.digest)
        member("source_type", dataset.sourceType)
        member("source", dataset.source)
        if let schema = dataset.schema { member("schema", schema) }
        if let profile = dataset.profile { member("profile", profile) }
        endObject()
        endObject()
    }
}
