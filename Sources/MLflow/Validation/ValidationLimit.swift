/// MLflow's limits (3.18). Lengths are in characters as Python counts them: Unicode scalars.
package enum ValidationLimit {
    package static let metricsPerBatch = 1_000
    package static let parametersPerBatch = 100
    package static let tagsPerBatch = 100
    package static let entitiesPerBatch = 1_000

    package static let entityKey = 250
    package static let runID = 256
    package static let modelID = 255
    /// Of a logged model, and of its type.
    package static let modelName = 500
    package static let parameterValue = 6_000
    package static let runTagValue = 8_000
    package static let experimentName = 500
    package static let experimentTagKey = 250
    package static let experimentTagValue = 20_000
    package static let artifactLocation = 2_048

    package static let registryTagKey = 250
    package static let registryTagValue = 100_000
    package static let alias = 255
    package static let webhookName = 63

    package static let datasetsPerBatch = 1_000
    package static let datasetName = 500
    package static let datasetDigest = 36
    package static let datasetSchema = 1_048_575
    package static let datasetSource = 65_535
    package static let datasetProfile = 16_777_215
    package static let inputTagKey = 255
    package static let inputTagValue = 500
}
