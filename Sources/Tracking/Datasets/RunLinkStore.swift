import Core
import Platform

/// Inputs and outputs of runs in the database, on one connection. Runs are meant by their numbers.
struct RunLinkStore {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    // MARK: - Writing

    /// Notes that a run used datasets. A dataset the run has already is left as it is, with the tags it came with.
    func addDatasets(_ inputs: [DatasetInput], to run: Int64, experiment: Int64) throws {
        for input in inputs {
            let dataset = try identify(input.dataset, experiment)
            let link = try sql.first(
                """
                INSERT INTO tracking_dataset_input (run, dataset) VALUES (?1, ?2)
                ON CONFLICT (run, dataset) DO NOTHING RETURNING id
                """, [.integer(run), .integer(dataset)]
            ) { $0.integer(0) }
            guard let link else { continue }
            try sql.insert(
                into: "tracking_dataset_input_tag (input, key, value)", width: 3,
                values: input.tags.flatMap { [.integer(link), .text($0.key), .text($0.value)] })
        }
    }

    /// The number of a dataset; it is stored when it is new. What is stored stays as it was logged first.
    func identify(_ dataset: Dataset, _ experiment: Int64) throws -> Int64 {
        let identity: [SQLValue] = [.integer(experiment), .text(dataset.name), .text(dataset.digest)]
        let lookup = "SELECT id FROM tracking_dataset WHERE experiment = ?1 AND name = ?2 AND digest = ?3"
        if let known = try sql.first(lookup, identity, { $0.integer(0) }) { return known }
        let added = try sql.first(
            """
            INSERT INTO tracking_dataset (experiment, name, digest, source_type, source, schema, profile)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (experiment, name, digest) DO NOTHING RETURNING id
            """,
            identity + [
                .text(dataset.sourceType), .text(dataset.source), .optional(dataset.schema), .optional(dataset.profile),
            ]
        ) { $0.integer(0) }
        if let added { return added }
        // Another writer was faster.
        guard let theirs = try sql.first(lookup, identity, { $0.integer(0) }) else {
            throw SQLError.conflict(cause: "a dataset was added and removed at the same time")
        }
        return theirs
    }

    /// Notes that a run used models; one it has already changes nothing.
    func addModelInputs(_ modelIDs: [String], to run: Int64) throws {
        try sql.insert(
            into: "tracking_model_input (run, model_id)", width: 2, suffix: "ON CONFLICT DO NOTHING",
            values: modelIDs.flatMap { [.integer(run), .text($0)] })
    }

    /// Notes that a run made models; one it has already keeps the step it came with.
    func addModelOutputs(_ outputs: [ModelOutput], to run: Int64) throws {
        try sql.insert(
            into: "tracking_model_output (run, model_id, step)", width: 3, suffix: "ON CONFLICT DO NOTHING",
            values: outputs.flatMap { [.integer(run), .text($0.modelID), .integer($0.step)] })
    }

    // MARK: - Reading

    /// Inputs and outputs of many runs, with four statements a group. Runs that have none are left out.
    func links(of runs: [Int64]) throws -> [Int64: RunLinks] {
        var links: [Int64: RunLinks] = [:]
        try sql.forEach(in: runs) { list, keys in
            try readDatasets(list, keys, &links)
            try sql.forEach("SELECT run, model_id FROM tracking_model_input WHERE run IN (\(list)) ORDER BY id", keys) {
                links[$0.integer(0), default: RunLinks()].modelInputs.append($0.text(1))
            }
            try sql.forEach(
                "SELECT run, model_id, step FROM tracking_model_output WHERE run IN (\(list)) ORDER BY id", keys
            ) {
                links[$0.integer(0), default: RunLinks()].modelOutputs.append(
                    ModelOutput(modelID: $0.text(1), step: $0.integer(2)))
            }
        }
        return links
    }

    private func readDatasets(_ list: String, _ keys: [SQLValue], _ links: inout [Int64: RunLinks]) throws {
        var places: [Int64: (run: Int64, index: Int)] = [:]
        try sql.forEach(
            """
            SELECT i.run, i.id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
            FROM tracking_dataset_input i JOIN tracking_dataset d ON d.id = i.dataset
            WHERE i.run IN (\(list)) ORDER BY i.id
            """, keys
        ) { row in
            let run = row.integer(0)
            let dataset = Dataset(
                name: row.text(2), digest: row.text(3), sourceType: row.text(4), source: row.text(5),
                schema: row.optionalText(6), profile: row.optionalText(7))
            places[row.integer(1)] = (run, links[run]?.datasets.count ?? 0)
            links[run, default: RunLinks()].datasets.append(DatasetInput(dataset: dataset, tags: []))
        }
        if places.isEmpty { return }
        try sql.forEach(
            """
            SELECT t.input, t.key, t.value FROM tracking_dataset_input_tag t
            JOIN tracking_dataset_input i ON i.id = t.input WHERE i.run IN (\(list)) ORDER BY t.input, t.key
            """, keys
        ) { row in
            guard let place = places[row.integer(0)] else { return }
            links[place.run]?.datasets[place.index].tags.append(KeyValue(row.text(1), row.text(2)))
        }
    }

    /// The datasets of experiments, sorted by name and digest.
    /// - Parameter limit: at most so many.
    func summaries(of experiments: [Int64], limit: Int) throws -> [DatasetSummary] {
        let list = experiments.indices.map { "?\($0 + 3)" }.joined(separator: ",")
        return try sql.rows(
            """
            SELECT DISTINCT d.experiment, d.name, d.digest, t.value
            FROM tracking_dataset d
            JOIN tracking_dataset_input i ON i.dataset = d.id
            LEFT JOIN tracking_dataset_input_tag t ON t.input = i.id AND t.key = ?1
            WHERE d.experiment IN (\(list)) ORDER BY d.experiment, d.name, d.digest, t.value LIMIT ?2
            """,
            [.text(DatasetInput.contextTag), .int(limit)] + experiments.map(SQLValue.integer)
        ) {
            DatasetSummary(
                experimentID: $0.integer(0), name: $0.text(1), digest: $0.text(2), context: $0.optionalText(3))
        }
    }
}
