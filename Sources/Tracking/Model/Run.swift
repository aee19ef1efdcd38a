/// The state a run's client reports. Any change is allowed: the client knows.
package enum RunStatus: String, Sendable, CaseIterable {
    case running = "RUNNING"
    case scheduled = "SCHEDULED"
    case finished = "FINISHED"
    case failed = "FAILED"
    case killed = "KILLED"

    package var isEnd: Bool { self == .finished || self == .failed || self == .killed }
}

/// One execution: what went in, what was measured.
package struct Run: Sendable {
    /// The number other tables refer to it by; never shown.
    package let row: Int64
    package let runID: String
    package let experiment: Int64
    package var name: String
    package let userID: String
    package var status: RunStatus
    /// Milliseconds since 1970, as its client says.
    package let startTime: Int64
    package var endTime: Int64?
    package let artifactURI: String
    package let isDeleted: Bool
}

/// A measurement of a run.
package struct MetricPoint: Sendable, Equatable {
    /// Finite or NaN.
    package var value: Double
    /// Milliseconds since 1970.
    package var time: Int64
    package var step: Int64

    package init(value: Double, time: Int64, step: Int64) {
        self.value = value
        self.time = time
        self.step = step
    }

    /// NaN counts as 0 where points are put in order, as in MLflow.
    var sortValue: Double { value.isNaN ? 0 : value }

    /// Whether this point is later than another of its metric: by step, then time, then value. Of points that are equal
    /// in all three the first that came stays the latest.
    func isLater(than other: MetricPoint) -> Bool {
        if step != other.step { return step > other.step }
        if time != other.time { return time > other.time }
        return sortValue > other.sortValue
    }

    /// The doubles MLflow's protocol can carry: infinities become the largest finite numbers.
    package static func storable(_ value: Double) -> Double {
        value.isInfinite ? (value > 0 ? Double.greatestFiniteMagnitude : -Double.greatestFiniteMagnitude) : value
    }
}

/// A point with its metric's key, as a number of `tracking_key`.
package struct KeyedPoint: Sendable {
    package let key: Int64
    package let point: MetricPoint

    package init(key: Int64, point: MetricPoint) {
        self.key = key
        self.point = point
    }
}
