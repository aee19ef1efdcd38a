import Core

/// One version of a registered model.
struct ModelVersion: Sendable {
    let modelID: Int64
    /// The model's present name.
    let name: String
    /// 1, 2, 3, ...; never given out twice for one model.
    let number: Int64
    let created: Timestamp
    let updated: Timestamp
    let stage: Stage
    let description: String?
    /// Where the model came from, as the client said it. Nothing on the server opens it.
    let source: String
    /// Where the files are, for clients: the source with references to other models resolved.
    let location: String
    /// Empty when no run made it.
    let runID: String
    let runLink: String
    /// The logged model it was made of; empty when there is none.
    let loggedModelID: String
    /// Who registered it.
    let author: String
    var tags: [Tag] = []
    var aliases: [String] = []
}
