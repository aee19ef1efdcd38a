package import Core

/// The refusals this domain gives in more than one place, in MLflow's words.
extension Failure {
    package static func noExperiment(_ id: String) -> Failure {
        Failure(.notFound, "No Experiment with id=\(id) exists")
    }

    package static func noExperiment(named name: String) -> Failure {
        Failure(.notFound, "Could not find experiment with name '\(name.prefix(500))'")
    }

    package static func noRun(_ runID: String) -> Failure {
        Failure(.notFound, "Run with id=\(runID.prefix(300)) not found")
    }

    package static func inactiveExperiment(_ id: Int64) -> Failure {
        Failure(.invalid, "The experiment \(id) must be in the 'active' state. Current state is deleted.")
    }

    package static func inactiveRun(_ runID: String) -> Failure {
        Failure(.invalid, "The run \(runID) must be in the 'active' state. Current state is deleted.")
    }
}
