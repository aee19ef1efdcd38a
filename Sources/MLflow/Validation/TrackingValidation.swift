package import Core

// Experiments, runs and what is logged to them.
extension Validate {
    package static func metricName(_ name: String, path: String = "name") throws(Failure) {
        try entityName(name, at: path)
        try length("Metric name", name, atMost: ValidationLimit.entityKey)
    }

    /// - Parameters:
    ///   - timestamp: milliseconds since 1970, not negative.
    ///   - path: of the metric, empty for a request that logs one.
    package static func metric(
        _ key: String, value: Double, timestamp: Int64, path: String = ""
    ) throws(Failure) {
        try entityName(key, at: join(path, "name"))
        guard timestamp >= 0 else {
            throw Failure(
                .invalid,
                "Invalid value \(timestamp) for parameter '\(join(path, "timestamp"))' supplied: metric '\(key)' "
                    + "(value=\(value)). Timestamp must be a nonnegative long (64-bit integer) ")
        }
        try length("Metric name", key, atMost: ValidationLimit.entityKey)
    }

    /// - Parameter truncating: whether a long value is cut (MLflow's default) or refused.
    /// - Returns: the value to store.
    package static func parameter(
        _ key: String, value: String, path: String = "", truncating: Bool = true
    ) throws(Failure) -> String {
        try entityName(key, at: join(path, "key"))
        try length("Param key", key, atMost: ValidationLimit.entityKey)
        return try length("Param value", value, atMost: ValidationLimit.parameterValue, truncating: truncating)
    }

    /// - Parameter truncating: whether a long value is cut (MLflow's default) or refused.
    /// - Returns: the value to store.
    package static func runTag(
        _ key: String, value: String, path: String = "", truncating: Bool = true
    ) throws(Failure) -> String {
        try entityName(key, at: join(path, "key"))
        try length(join(path, "key"), key, atMost: ValidationLimit.entityKey)
        return try length(
            join(path, "value"), value, atMost: ValidationLimit.runTagValue, truncating: truncating)
    }

    package static func experimentTag(_ key: String, value: String) throws(Failure) {
        try entityName(key, at: "key")
        try length("key", key, atMost: ValidationLimit.experimentTagKey)
        try length("value", value, atMost: ValidationLimit.experimentTagValue)
    }

    /// The numbers of a log-batch request.
    package static func batch(metrics: Int, parameters: Int, tags: Int) throws(Failure) {
        try batch("metrics", metrics, atMost: ValidationLimit.metricsPerBatch)
        try batch("params", parameters, atMost: ValidationLimit.parametersPerBatch)
        try batch("tags", tags, atMost: ValidationLimit.tagsPerBatch)
        try batch(
            "metrics, params, and tags", metrics + parameters + tags, atMost: ValidationLimit.entitiesPerBatch)
    }

    private static func batch(_ what: String, _ count: Int, atMost limit: Int) throws(Failure) {
        guard count <= limit else {
            throw Failure(
                .invalid,
                "A batch logging request can contain at most \(limit) \(what). Got \(count) \(what). "
                    + "Please split up \(what) across multiple requests and try again.")
        }
    }

    /// A log-batch request names each parameter once.
    package static func uniqueParameterKeys(_ keys: [String]) throws(Failure) {
        var seen: Set<[UInt8]> = []
        let twice = keys.filter { !seen.insert(Array($0.utf8)).inserted }
        guard twice.isEmpty else {
            let list = twice.map { "'\($0)'" }.joined(separator: ", ")
            throw Failure(
                .invalid,
                "Duplicate parameter keys have been submitted: [\(list)]. Please ensure the request contains only one "
                    + "param value per param key.")
        }
    }

    package static func runID(_ identifier: String, path: String = "run_id") throws(Failure) {
        guard isIdentifier(identifier, atMost: ValidationLimit.runID) else { throw invalidValue(identifier, at: path) }
    }

    package static func experimentID(_ identifier: String) throws(Failure) {
        guard isIdentifier(identifier, atMost: 64) else {
            throw Failure(.invalid, "Invalid experiment ID: '\(identifier)'")
        }
    }

    package static func experimentName(_ name: String) throws(Failure) {
        guard !isBlank(name) else { throw Failure(.invalid, "Invalid experiment name: '\(name)'") }
        try length("name", name, atMost: ValidationLimit.experimentName)
    }

    package static func artifactLocation(_ location: String) throws(Failure) {
        guard !location.hasPrefix("runs:") else {
            throw Failure(.invalid, "Artifact location cannot be a runs:/ URI. Given: '\(location)'")
        }
        guard location.unicodeScalars.count <= ValidationLimit.artifactLocation else {
            throw Failure(
                .invalid,
                "Invalid artifact path length. The length of the artifact path cannot be greater than "
                    + "\(ValidationLimit.artifactLocation) characters.")
        }
    }

    /// A data set that a run reads. What must be there is checked where the request is read.
    package static func dataset(
        name: String, digest: String, source: String, schema: String?, profile: String?
    ) throws(Failure) {
        try length("name", name, atMost: ValidationLimit.datasetName)
        try length("digest", digest, atMost: ValidationLimit.datasetDigest)
        try length("source", source, atMost: ValidationLimit.datasetSource)
        if let schema { try length("schema", schema, atMost: ValidationLimit.datasetSchema) }
        if let profile { try length("profile", profile, atMost: ValidationLimit.datasetProfile) }
    }

    /// What a metric says of the data it was measured on; empty where nothing is said.
    package static func metricDataset(name: String, digest: String) throws(Failure) {
        try length("dataset_name", name, atMost: ValidationLimit.datasetName)
        try length("dataset_digest", digest, atMost: ValidationLimit.datasetDigest)
    }

    /// The number of datasets of a log-inputs request.
    package static func datasetBatch(_ count: Int) throws(Failure) {
        try batch("datasets", count, atMost: ValidationLimit.datasetsPerBatch)
    }

    package static func inputTag(_ key: String, value: String) throws(Failure) {
        try length("key", key, atMost: ValidationLimit.inputTagKey)
        try length("value", value, atMost: ValidationLimit.inputTagValue)
    }

    /// - Parameter name: nil for one that is made up.
    package static func loggedModelName(_ name: String?) throws(Failure) {
        guard let name else { return }
        let bad: [Unicode.Scalar] = ["/", ":", ".", "%", "\"", "'"]
        guard !name.isEmpty, !name.unicodeScalars.contains(where: bad.contains) else {
            throw Failure(
                .invalid,
                "Invalid model name ('\(name.prefix(500))') provided. Model name must be a non-empty string and cannot "
                    + #"contain the following characters: ('/', ':', '.', '%', '"', "'")"#)
        }
        try length("name", name, atMost: ValidationLimit.modelName)
    }
}
