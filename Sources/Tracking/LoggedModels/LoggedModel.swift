import Core
import Platform

/// A model that an experiment logged: a folder of artifacts with parameters, tags and metrics of its own. Registering
/// it is the registry's matter.
struct LoggedModel: Sendable {
    /// `m-` and 32 hexadecimal digits.
    let modelID: String
    let experimentID: Int64
    /// Need not be unique.
    let name: String
    let artifactURI: String
    let createdAt: Timestamp
    /// When its status was set last; tags, parameters and metrics do not count.
    let updatedAt: Timestamp
    let status: LoggedModelStatus
    /// Empty when not given.
    let modelType: String
    /// The run that made it; empty when not given. It is not checked: the run may be elsewhere.
    let sourceRunID: String
    /// Sorted by the bytes of the keys, as are the tags.
    var parameters: [KeyValue] = []
    var tags: [KeyValue] = []
    /// Every point, sorted by key, step and time.
    var metrics: [LoggedModelMetric] = []
}

/// A point that a logged model shows: what was measured of it, on which data, by which run.
struct LoggedModelMetric: Sendable {
    let key: String
    /// Finite or NaN.
    let value: Double
    /// Milliseconds since 1970.
    let timestamp: Int64
    let step: Int64
    let datasetName: String?
    let datasetDigest: String?
    let runID: String?
}

/// Where a logged model stands: it is created pending, its artifacts are sent, then it is ready or failed.
enum LoggedModelStatus: Int64, Sendable {
    case unspecified = 0
    case pending = 1
    case ready = 2
    case failed = 3

    /// As filters and events name it.
    var name: String {
        switch self {
        case .unspecified: "UNSPECIFIED"
        case .pending: "PENDING"
        case .ready: "READY"
        case .failed: "FAILED"
        }
    }

    /// As filters name it.
    init?(filterName: String) {
        switch filterName {
        case "UNSPECIFIED": self = .unspecified
        case "PENDING": self = .pending
        case "READY": self = .ready
        case "FAILED": self = .failed
        default: return nil
        }
    }
}
