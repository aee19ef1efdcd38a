import Core

/// Where a version is in its life. (MLflow's four; it advises aliases instead since 2.9, and both are served.)
enum Stage: String, Sendable, CaseIterable {
    case none = "None"
    case staging = "Staging"
    case production = "Production"
    case archived = "Archived"

    /// Reads a name in any case of letters.
    /// - Throws: `invalid` with MLflow's message.
    init(parsing text: String) throws(Failure) {
        let lower = text.lowercased()
        guard let stage = Stage.allCases.first(where: { $0.rawValue.lowercased() == lower }) else {
            throw Failure(
                .invalid,
                "Invalid Model Version stage: \(text). Value must be one of None, Staging, Production, Archived.")
        }
        self = stage
    }

    /// Stages in which a version is in use.
    var isActive: Bool { self == .staging || self == .production }
}
