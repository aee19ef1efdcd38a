import Core
import Platform

/// The artifacts of a run: a tree of folders, and a look at one file.
struct RunArtifactPages: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        let subjects = services.subjects
        return [
            .page("/runs/{run}/artifacts", .may(.readExperiments), "The artifacts of a run.") { request, site in
                try await page(request, site, .root)
            }.aboutRun(subjects),
            .page("/runs/{run}/artifacts/{path...}", .may(.readExperiments), "A look at an artifact of a run.") {
                request, site in
                try await page(
                    request, site, try ArtifactPath(percentEncoded: request.parameter("path"), allowsRoot: true))
            }.aboutRun(subjects),
        ]
    }

    private func page(_ request: Request, _ site: Site, _ path: ArtifactPath) async throws -> Page {
        let (details, experiment) = try await services.run(request)
        let run = details.run
        let head = RunHead(details: details, experiment: experiment, visitor: request.principal, now: site.now())
        var page = head.page(.artifacts)
        guard let root = try? ArtifactPlace.folder(of: run.artifactURI) else {
            page.body { elsewhere(run, &$0) }
            return page
        }
        let tree = try await ArtifactTree(path, below: root, run, services.artifacts)
        guard !tree.isEmpty else {
            page.body { empty(run, request, &$0) }
            return page
        }
        let preview = try await tree.file.asyncMap { entry in
            try await ArtifactPreview(path, in: root, entry, of: run, services.artifacts)
        }
        page.body { html in
            html.element("div", ["class": "split"]) { html in
                tree.write(&html)
                html.element("div", ["class": "preview"]) { html in
                    if let preview {
                        preview.write(&html)
                    } else {
                        html.element("p") { html in
                            html.text("Choose a file to look at it. ")
                            html.sub("Nothing in it is run: texts are shown as text.")
                        }
                    }
                }
            }
        }
        return page
    }

    private func elsewhere(_ run: Run, _ html: inout Markup) {
        html.notice(.neutral) { html in
            html.element("p", text: "The artifacts of this run are not kept by this server. They are at:")
            html.element("p") { $0.identifier(run.artifactURI) }
        }
    }

    private func empty(_ run: Run, _ request: Request, _ html: inout Markup) {
        html.emptyState(
            "No artifacts yet", "Files that a run logs appear here.",
            code: """
                import mlflow
                mlflow.set_tracking_uri("\(request.server ?? "http://127.0.0.1:5000")")
                with mlflow.start_run(run_id="\(run.runID)"):
                    mlflow.log_artifact("report.html")
                """)
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async rethrows -> Value? {
        if let self { try await transform(self) } else { nil }
    }
}

/// The folders of a run's artifacts along the way to one of them.
struct ArtifactTree: Sendable {
    private struct Folder: Sendable {
        let path: ArtifactPath
        let entries: [ArtifactEntry]
        let hasMore: Bool
    }

    private let run: Run
    /// From the root down to the chosen folder, or to the folder of the chosen file.
    private let folders: [Folder]
    private let chosen: ArtifactPath
    /// The chosen one, when it is a file.
    let file: ArtifactEntry?

    /// Entries of a folder that are shown.
    private static let limit = 500

    /// - Throws: `notFound` when there is nothing at `path`.
    init(_ path: ArtifactPath, below root: ArtifactPath, _ run: Run, _ artifacts: ArtifactService) async throws {
        self.run = run
        chosen = path
        let place = path.isRoot ? root : try root.appending(path.text)
        let store = artifacts.services.artifacts
        var file: ArtifactEntry?
        do {
            let entry = try await artifacts.run { try store.info(place) }
            if !entry.isFolder { file = entry }
        } catch let failure as Failure where failure.code == .notFound {
            guard path.isRoot else { throw Failure(.notFound, "The run has no artifact '\(path)'") }
        }
        self.file = file
        let last = file == nil ? path : path.parent
        var folders: [Folder] = []
        for depth in 0...last.components.count {
            let relative = try ArtifactPath(
                parsing: last.components.prefix(depth).joined(separator: "/"), allowsRoot: true)
            let folder = relative.isRoot ? root : try root.appending(relative.text)
            do {
                let listing = try await artifacts.page(of: folder, after: nil, limit: Self.limit)
                folders.append(
                    Folder(path: relative, entries: listing.entries, hasMore: listing.next != nil))
            } catch let failure as Failure where failure.code == .notFound {
                folders.append(Folder(path: relative, entries: [], hasMore: false))
            }
        }
        self.folders = folders
    }

    var isEmpty: Bool { folders.allSatisfy(\.entries.isEmpty) }

    func write(_ html: inout Markup) {
        html.element("ul", ["class": "tree", "aria-label": "Artifacts"]) { entries(0, &$0) }
    }

    private func entries(_ depth: Int, _ html: inout Markup) {
        let folder = folders[depth]
        for entry in folder.entries {
            let path = folder.path.components + [entry.name]
            let address = Address("/runs", run.runID).adding("/artifacts").appending(path)
            let isCurrent = path.elementsEqual(chosen.components) { $0.utf8.elementsEqual($1.utf8) }
            html.element("li") { html in
                html.element("a", ["href": address.text, "aria-current": isCurrent ? "page" : nil]) { html in
                    html.icon(entry.isFolder ? .folder : .file)
                    html.name(entry.name, width: 40)
                    if !entry.isFolder { html.sub(DisplayValue.bytes(entry.size)) }
                }
                guard entry.isFolder, depth + 1 < folders.count,
                    folders[depth + 1].path.components.last?.utf8.elementsEqual(entry.name.utf8) == true
                else { return }
                html.element("ul") { entries(depth + 1, &$0) }
            }
        }
        if folder.hasMore { html.element("li", ["class": "sub"], text: "and more, which are not listed") }
    }
}
