import Core
import Platform

/// Where a version comes from, with all references followed.
struct ResolvedSource: Sendable {
    /// As the version keeps it.
    var source: String
    /// Where clients find the files.
    var location: String
    var runID: String
    var loggedModelID: String
}

/// Checks a source against what is there: runs, logged models, other versions. Everything is read in the transaction
/// that registers the version.
struct SourceResolution {
    let check: SourceCheck
    let sources: any ModelSources
    let reader: RegistryReader
    let rights: SourceRights

    func resolve(_ request: VersionRequest, isPrompt: Bool) throws -> ResolvedSource {
        let (kind, uri) = try check.kind(request.source, isPrompt: isPrompt)
        var resolved = ResolvedSource(
            source: request.source, location: request.source, runID: request.runID ?? "",
            loggedModelID: request.loggedModelID ?? "")
        var model: LoggedModelReference?
        if case .version = kind {} else { try checkNamed(resolved) }
        switch kind {
        case .prompt: return resolved
        case .local: try checkLocal(uri, resolved)
        case .run(let id):
            try rights.checkRun(id)
            try checkRun(id, resolved)
        case .loggedModel(let id):
            try rights.checkLoggedModel(id)
            if isStrict || !resolved.loggedModelID.isEmpty {
                guard resolved.loggedModelID.utf8.elementsEqual(id.utf8) else {
                    throw SourceCheck.unidentified(request.source, "model_id")
                }
            }
            model = try loggedModel(id)
            resolved.location = model?.artifactURI ?? resolved.location
        case .version(let reference): resolved = try follow(reference, request)
        case .artifacts:
            try rights.checkArtifacts(at: uri)
            if isStrict { try checkArtifacts(uri, resolved) }
        case .store: break
        }
        if model == nil, !resolved.loggedModelID.isEmpty { model = try loggedModel(resolved.loggedModelID) }
        if resolved.runID.isEmpty { resolved.runID = model?.sourceRunID ?? "" }
        return resolved
    }

    /// The run and the logged model that a request names beside the source.
    private func checkNamed(_ resolved: ResolvedSource) throws {
        if !resolved.runID.isEmpty { try rights.checkRun(resolved.runID) }
        if !resolved.loggedModelID.isEmpty { try rights.checkLoggedModel(resolved.loggedModelID) }
    }

    private var isStrict: Bool { check.strictness == .strict }

    private func loggedModel(_ id: String) throws -> LoggedModelReference {
        guard let model = try sources.loggedModel(id, reader.sql) else {
            throw Failure(.notFound, "Logged model with ID '\(id)' not found.")
        }
        return model
    }

    private func checkRun(_ id: String, _ resolved: ResolvedSource) throws {
        guard isStrict else { return }
        guard resolved.loggedModelID.isEmpty else { throw SourceCheck.unidentified(resolved.source, "model_id") }
        guard resolved.runID.utf8.elementsEqual(id.utf8) else {
            throw SourceCheck.unidentified(resolved.source, "run_id")
        }
    }

    /// A path is taken only where the run or logged model it belongs to keeps its files on the same machine.
    private func checkLocal(_ uri: SourceURI, _ resolved: ResolvedSource) throws {
        let parameter = resolved.loggedModelID.isEmpty ? "run_id" : "model_id"
        let refusal = SourceCheck.local(resolved.source, parameter)
        guard uri.isAbsolute, !uri.isRelative, !uri.hasBackslash, uri.endsWithPath, uri.scheme.utf8.count != 1,
            (uri.authority ?? "").isEmpty, let root = try root(resolved), let folder = try? SourceURI(root),
            folder.scheme.isEmpty || folder.scheme == "file", (folder.authority ?? "").isEmpty
        else { throw refusal }
        let isWithin =
            !folder.parts.isEmpty && uri.parts.count >= folder.parts.count
            && zip(uri.parts, folder.parts).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
        guard isWithin else { throw refusal }
    }

    /// A place on this server is taken only inside the files of the run or logged model that is named with it.
    private func checkArtifacts(_ uri: SourceURI, _ resolved: ResolvedSource) throws {
        let parameter = resolved.loggedModelID.isEmpty ? "run_id" : "model_id"
        guard let root = try root(resolved), let folder = try? SourceURI(root), uri.isWithin(folder) else {
            throw SourceCheck.unidentified(resolved.source, parameter)
        }
    }

    /// Where the named logged model, or else the named run, keeps its files.
    private func root(_ resolved: ResolvedSource) throws -> String? {
        if !resolved.loggedModelID.isEmpty {
            return try sources.loggedModel(resolved.loggedModelID, reader.sql)?.artifactURI
        }
        guard !resolved.runID.isEmpty else { return nil }
        return try sources.run(resolved.runID, reader.sql)?.artifactURI
    }

    /// A copy of another version: it has that version's files, run and logged model.
    private func follow(_ reference: VersionReference, _ request: VersionRequest) throws -> ResolvedSource {
        try rights.checkModel(reference.name)
        let model = try reader.requiredModel(named: reference.name)
        guard try !reader.isPrompt(model) else {
            throw Failure(
                .invalid,
                "Invalid model version source: '\(request.source)'. Prompt versions cannot be used as model version "
                    + "sources.")
        }
        let version = try version(of: model, reference.selector)
        let matches =
            (request.runID ?? version.runID).utf8.elementsEqual(version.runID.utf8)
            && (request.loggedModelID ?? version.loggedModelID).utf8.elementsEqual(version.loggedModelID.utf8)
        guard matches || !isStrict else {
            throw Failure(
                .invalid,
                "Invalid model version source: '\(request.source)'. The run_id and model_id request parameters must "
                    + "match the referenced model version.")
        }
        // What is not the version's own is asked for as such.
        if !matches {
            try checkNamed(
                ResolvedSource(
                    source: "", location: "", runID: request.runID ?? "", loggedModelID: request.loggedModelID ?? ""))
        }
        return ResolvedSource(
            source: "models:/\(model.name)/\(version.number)", location: version.location,
            runID: request.runID ?? version.runID, loggedModelID: request.loggedModelID ?? version.loggedModelID)
    }

    private func version(of model: RegisteredModel, _ selector: VersionReference.Selector) throws -> ModelVersion {
        let number: Int64?
        switch selector {
        case .number(let given): number = given
        case .alias(let alias): return try reader.requiredVersion(of: model, alias: alias)
        case .latest: number = try reader.latestNumber(of: model)
        case .stage(let text):
            let stage = try Stage(parsing: text)
            number = try reader.numbers(of: model, in: stage).last
            guard number != nil else {
                throw Failure(
                    .notFound, "No versions of model with name '\(model.name)' and stage '\(stage.rawValue)' found")
            }
        }
        guard let number, let version = try reader.bareVersion(of: model, number) else {
            throw RegistryReader.noVersion(model.name, number ?? 0)
        }
        return version
    }
}
