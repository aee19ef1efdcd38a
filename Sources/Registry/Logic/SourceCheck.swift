import Core
import MLflow

/// What the source of a version may be. The server never opens a source, but clients do, with their own rights: what
/// could lead them, or another server, to a file or host that the person who registers the version should not choose,
/// is refused. The rules are those of MLflow 3.18, with the classes of its past holes closed for all schemes.
package struct SourceCheck: Sendable {
    package enum Strictness: String, Sendable, CaseIterable {
        /// As MLflow 3.18: a source inside a run or logged model must come with that `run_id` or `model_id`, and no
        /// source may name a host.
        case strict
        /// As MLflow 2.22: neither of the two.
        case compatible
    }

    package var strictness: Strictness
    /// What is allowed beside the known object stores.
    package var furtherSchemes: Set<String>

    package init(_ strictness: Strictness = .strict, furtherSchemes: Set<String> = []) {
        self.strictness = strictness
        self.furtherSchemes = furtherSchemes
    }

    /// What a source is, once it has passed the checks that need to know nothing else.
    enum Kind: Sendable, Equatable {
        /// A prompt has no files.
        case prompt
        case run(id: String)
        case loggedModel(id: String)
        case version(VersionReference)
        /// On this server.
        case artifacts
        /// A path on some machine.
        case local
        /// In an object store.
        case store
    }

    static let promptSources: Set<String> = ["dummy-source", "prompt-template"]

    /// - Throws: `invalid` with MLflow's message.
    func kind(_ source: String, isPrompt: Bool) throws(Failure) -> (kind: Kind, uri: SourceURI) {
        let uri = try SourceURI(source)
        if isPrompt {
            guard Self.promptSources.contains(source) else {
                throw Failure(
                    .invalid, "Invalid prompt source: '\(source)'. Prompt sources must use an MLflow placeholder.")
            }
            return (.prompt, uri)
        }
        if uri.scheme.isEmpty || uri.scheme == "file" || uri.scheme.utf8.count == 1 {
            // A scheme of one letter is a drive of Windows.
            return (.local, uri)
        }
        try checkHost(uri)
        guard uri.isAbsolute, !uri.parts.isEmpty, !uri.isRelative, !uri.hasBackslash,
            uri.endsWithPath || isStoreVersion(uri)
        else { throw Self.relative(source) }
        switch uri.scheme {
        case "runs":
            guard uri.authority == nil else { throw Self.unidentified(source, "run_id") }
            return (.run(id: uri.parts[0]), uri)
        case "models":
            guard uri.authority == nil, let reference = ModelReference(uri) else {
                throw Self.unidentified(source, "model_id")
            }
            switch reference {
            case .loggedModel(let id): return (.loggedModel(id: id), uri)
            case .version(let reference): return (.version(reference), uri)
            }
        case "mlflow-artifacts": return (.artifacts, uri)
        case let scheme
        where ArtifactSchemes.stores.contains(scheme) || ArtifactSchemes.hosts.contains(scheme)
            || furtherSchemes.contains(scheme):
            return (.store, uri)
        default: throw Self.relative(source)
        }
    }

    /// Object stores name the version of an object in a query: `s3://bucket/model?versionId=3`.
    private func isStoreVersion(_ uri: SourceURI) -> Bool {
        guard ArtifactSchemes.stores.contains(uri.scheme), !uri.hasFragment, let query = uri.query else { return false }
        return !query.utf8.contains(UInt8(ascii: "/")) && !query.contains("..")
    }

    private func checkHost(_ uri: SourceURI) throws(Failure) {
        guard strictness == .strict else { return }
        let namesHost =
            ArtifactSchemes.hosts.contains(uri.scheme) || (uri.scheme == "mlflow-artifacts" && uri.authority != nil)
        guard !namesHost || furtherSchemes.contains(uri.scheme) else {
            throw Failure(
                .invalid, ArtifactSchemes.refusal(uri.scheme, field: "source") + ".",
                hint: ArtifactSchemes.hint(uri.scheme))
        }
    }

    static func relative(_ source: String) -> Failure {
        Failure(
            .invalid,
            "Invalid model version source: '\(source)'. If supplying a source as an http, https, local file path, ftp, "
                + "objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path "
                + "references present. Please provide an absolute path.")
    }

    static func local(_ source: String, _ parameter: String) -> Failure {
        Failure(
            .invalid,
            "Invalid model version source: '\(source)'. To use a local path as a model version source, the "
                + "\(parameter) request parameter has to be specified and the local path has to be contained within "
                + "the artifact directory of the run specified by the \(parameter).")
    }

    static func unidentified(_ source: String, _ parameter: String) -> Failure {
        Failure(
            .invalid,
            "Invalid model version source: '\(source)'. The \(parameter) request parameter must identify the resource "
                + "that contains the source.")
    }
}
