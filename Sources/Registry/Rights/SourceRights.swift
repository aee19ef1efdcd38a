import Core
import Platform

/// What somebody may make a version of: whoever may read a version may read its files, so nobody registers what they
/// may not read themselves.
///
/// What is hidden and what is not there are refused in the same words.
struct SourceRights {
    let rights: Rights
    let sources: any ModelSources
    let sql: any SQLConnection

    /// Whether there is nothing to check.
    private var isEverything: Bool { rights.holdEverywhere(.read) }

    /// - Throws: `notFound`.
    func checkRun(_ id: String) throws {
        if isEverything { return }
        guard let run = try sources.run(id, sql), rights.allow(.read, over: run.experiment) else {
            throw Failure(.notFound, "Run with id=\(id) not found")
        }
    }

    /// - Throws: `notFound`.
    func checkLoggedModel(_ id: String) throws {
        if isEverything { return }
        guard let model = try sources.loggedModel(id, sql), rights.allow(.read, over: model.experiment) else {
            throw Failure(.notFound, "Logged model with ID '\(id)' not found.")
        }
    }

    /// - Throws: `notFound`.
    func checkModel(_ name: String) throws {
        guard rights.allow(.read, over: .registeredModel(name)) else { throw RegistryReader.noModel(name) }
    }

    /// - Throws: `denied` unless all experiments may be read whose artifacts are around a place in this server's store
    ///   or below it; `invalid` for a place that names a host.
    func checkArtifacts(at uri: SourceURI) throws {
        if isEverything { return }
        guard let folder = VersionUses.folder(of: uri) else { throw SourceCheck.relative(uri.text) }
        // The files are fetched from the place as it is written, and the version gives rights over the decoded one.
        for place in [uri.text, "mlflow-artifacts:/\(folder)"] {
            let owners = try sources.owners(ofArtifactsAt: place, sql)
            guard let owners, owners.allSatisfy({ rights.allow(.read, over: $0) }) else {
                throw Failure(
                    .denied, "The source '\(uri.text.prefix(300))' is not among artifacts that you may read",
                    hint: "Name a run or a logged model that you may read.")
            }
        }
    }
}
