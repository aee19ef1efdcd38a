import Core

/// A version that moves from one stage to another.
struct StageChange: Sendable, Equatable {
    let version: Int64
    let from: Stage
    let to: Stage
}

/// Decides what moves when a version is given a stage.
enum StageMachine {
    /// - Parameters:
    ///   - version: the version to move.
    ///   - from: its stage now.
    ///   - archivesOthers: whether all others in the new stage are archived.
    ///   - others: the versions that are in the new stage now.
    /// - Returns: the moves, the asked-for one first; nothing for versions that stay where they are.
    /// - Throws: `invalid` when others are to be archived for a stage in which versions are not in use.
    static func move(
        _ version: Int64, from: Stage, to stage: Stage, archivesOthers: Bool, others: [Int64]
    ) throws(Failure) -> [StageChange] {
        guard !archivesOthers || stage.isActive else {
            throw Failure(
                .invalid,
                "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not "
                    + "an Active stage. Valid stages are ['Staging', 'Production']")
        }
        var changes = from == stage ? [] : [StageChange(version: version, from: from, to: stage)]
        if archivesOthers {
            changes += others.filter { $0 != version }
                .map { StageChange(version: $0, from: stage, to: .archived) }
        }
        return changes
    }
}
