import Core

/// A time during which a version was in a stage.
struct StagePeriod: Sendable, Equatable {
    let version: Int64
    let stage: Stage
    let since: Timestamp
    /// Who brought it there.
    let by: String
    let reason: String?
    /// nil while it lasts.
    var until: Timestamp?

    func covers(_ moment: Timestamp) -> Bool { since <= moment && until.map { moment < $0 } ?? true }
}

/// What the event log says about the stages of a model's versions, put together again: which version was in production
/// when, who put it there, and why.
struct StageTimeline: Sendable {
    enum Change: Sendable {
        case registered
        case moved(Stage)
        case deleted
    }

    /// In the order in which they began.
    private(set) var periods: [StagePeriod] = []
    private var open: [Int64: Int] = [:]

    /// Takes the next change; changes come in the order of the log.
    mutating func receive(_ change: Change, version: Int64, at time: Timestamp, by author: String, reason: String?) {
        if let index = open.removeValue(forKey: version) { periods[index].until = time }
        let stage: Stage
        switch change {
        case .registered: stage = .none
        case .moved(let new): stage = new
        case .deleted: return
        }
        open[version] = periods.count
        periods.append(StagePeriod(version: version, stage: stage, since: time, by: author, reason: reason))
    }

    /// Ends everything: the model was deleted.
    mutating func end(at time: Timestamp) {
        for index in open.values { periods[index].until = time }
        open = [:]
    }

    /// The versions that were there at a moment, each with its stage, by number.
    func at(_ moment: Timestamp) -> [StagePeriod] {
        periods.filter { $0.covers(moment) }.sorted { $0.version < $1.version }
    }
}
