import Core

extension JSONWriter {
    mutating func experiment(_ experiment: Experiment) {
        beginObject()
        member("experiment_id", String(experiment.id))
        member("name", experiment.name)
        member("artifact_location", experiment.location)
        member("lifecycle_stage", experiment.isDeleted ? "deleted" : "active")
        member("last_update_time", experiment.updatedAt.milliseconds)
        member("creation_time", experiment.createdAt.milliseconds)
        if !experiment.tags.isEmpty {
            name("tags")
            beginArray()
            for tag in experiment.tags { pair(tag.key, tag.value) }
            endArray()
        }
        member("workspace", "default")
        endObject()
    }

    mutating func pair(_ key: String, _ value: String) {
        beginObject()
        member("key", key)
        member("value", value)
        endObject()
    }

    mutating func runInfo(_ run: Run) {
        beginObject()
        member("run_uuid", run.runID)
        member("experiment_id", String(run.experiment))
        member("run_name", run.name)
        member("user_id", run.userID)
        member("status", run.status.rawValue)
        member("start_time", run.startTime)
        if let end = run.endTime { member("end_time", end) }
        member("artifact_uri", run.artifactURI)
        member("lifecycle_stage", run.isDeleted ? "deleted" : "active")
        member("run_id", run.runID)
        endObject()
    }

    /// A run with everything logged to it.
    mutating func run(_ run: Run, _ contents: RunContents, hasOutputs: Bool = true) {
        beginObject()
        name("info")
        runInfo(run)
        name("data")
        runData(run.row, contents)
        name("inputs")
        runInputs(contents.links[run.row])
        if hasOutputs {
            name("outputs")
            runOutputs(contents.links[run.row])
        }
        endObject()
    }

    private mutating func runData(_ run: Int64, _ contents: RunContents) {
        beginObject()
        let metrics = contents.metrics[run]
        if !metrics.isEmpty {
            name("metrics")
            beginArray()
            for metric in metrics { point(contents.names[metric.key] ?? "", metric.point) }
            endArray()
        }
        pairs("params", contents.parameters[run], contents.names)
        pairs("tags", contents.tags[run], contents.names)
        endObject()
    }

    private mutating func pairs(_ title: String, _ entries: ArraySlice<RunContents.Entry>, _ names: [Int64: String]) {
        if entries.isEmpty { return }
        name(title)
        beginArray()
        for entry in entries { pair(names[entry.key] ?? "", entry.value) }
        endArray()
    }

    /// - Parameter run: given where points of several runs are mixed.
    mutating func point(_ key: String, _ point: MetricPoint, of run: String? = nil) {
        beginObject()
        member("key", key)
        member("value", point.value)
        member("timestamp", point.time)
        member("step", point.step)
        if let run { member("run_id", run) }
        endObject()
    }
}
