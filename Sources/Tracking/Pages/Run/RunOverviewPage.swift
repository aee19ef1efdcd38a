import Core
import Platform

/// A run: what came of it, what went in, what it made.
struct RunOverviewPage: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        [
            .page("/runs/{run}", .may(.readExperiments), "A run, by its identifier or a beginning of it.") {
                try await page($0, $1)
            }.aboutRun(services.subjects)
        ]
    }

    /// Metrics that get a small line.
    private static let sparkLimit = 30

    private func page(_ request: Request, _ site: Site) async throws -> Page {
        let (details, experiment) = try await services.run(request)
        let run = details.run
        let (now, rights, uses) = (site.now(), request.principal.rights, services.uses)
        let names = Array(RunHead.ranked(details.metrics).prefix(Self.sparkLimit).map(\.name))
        let keys = services.keys
        let (sparks, models, versions) = try await services.database.read { sql in
            let sparks = try MetricSamples.inPassing(names, run, keys, sql, points: 60)
            let models = try RunModels(details.links, run, rights, sql)
            var versions = try uses.uses(
                of: ArtifactSource(.run(run.runID), artifactURI: run.artifactURI), limit: 50, sql)
            for model in models.outputs {
                versions += try uses.uses(
                    of: ArtifactSource(.loggedModel(model.modelID), artifactURI: model.artifactURI), limit: 50, sql)
            }
            return (sparks, models, versions)
        }
        let head = RunHead(details: details, experiment: experiment, visitor: request.principal, now: now)
        var page = head.page(.overview)
        page.body { html in
            if !details.note.isEmpty { html.prose(details.note) }
            metrics(details, sparks, now, &html)
            parameters(details, &html)
            datasets(details, &html)
            models.write(&html, now)
            if details.metrics.isEmpty, details.parameters.isEmpty { empty(run, request, &html) }
        }
        // What a visitor may not read of the registry is not named here either.
        let distinct = versions.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            .filter { rights.allow(.read, over: .registeredModel(VersionName($0).model)) }
        page.rail { html in rail(details, experiment, distinct, now, &html) }
        return page
    }

    // MARK: body

    private func metrics(
        _ details: RunDetails, _ sparks: [String: [MetricPoint]], _ now: Timestamp, _ html: inout Markup
    ) {
        guard !details.metrics.isEmpty else { return }
        html.section("Metrics", id: "metrics") { html in
            let columns = [
                TableColumn("Metric", .id), .number("Last"), TableColumn("Course"), .number("At step"),
                .number("Logged"),
            ]
            let figures = DisplayValue.numbers(details.metrics.map(\.point.value))
            html.live("live", isLive: details.run.isGoingOn) { html in
                html.table("Metrics", columns) { html in
                    for (metric, figure) in zip(details.metrics, figures) {
                        html.row { html in
                            html.cell(.id) { html in
                                html.link(metric.name, to: RunMetricPages.address(details.run, metric.name))
                            }
                            html.numberCell(figure, exact: DisplayValue.exact(metric.point.value))
                            html.cell { $0.append(Sparkline.svg((sparks[metric.name] ?? []).map(\.value))) }
                            html.numberCell(DisplayValue.grouped(Int(metric.point.step)))
                            html.cell(.number) { $0.time(Timestamp(milliseconds: metric.point.time), now: now) }
                        }
                    }
                }
            }
        }
    }

    private func parameters(_ details: RunDetails, _ html: inout Markup) {
        guard !details.parameters.isEmpty else { return }
        html.section("Parameters", id: "parameters") { html in
            html.table("Parameters", [TableColumn("Parameter", .id), TableColumn("Value")]) { html in
                for parameter in details.parameters {
                    html.row { html in
                        html.rowHeader { $0.name(parameter.name, width: 60) }
                        html.cell { $0.value(parameter.value) }
                    }
                }
            }
        }
    }

    private func datasets(_ details: RunDetails, _ html: inout Markup) {
        guard !details.links.datasets.isEmpty else { return }
        html.section("Data", id: "data") { html in
            let columns = [
                TableColumn("Dataset", .id), TableColumn("Used for"), TableColumn("Digest"), TableColumn("Source"),
                TableColumn("Profile"),
            ]
            html.table("Datasets", columns, style: .cards) { html in
                for input in details.links.datasets {
                    let context = input.tags.first { $0.key == DatasetInput.contextTag }?.value ?? ""
                    html.row { html in
                        html.cell(.id) { $0.name(input.dataset.name, width: 60) }
                        html.cell(context, label: "Used for")
                        html.cell(label: "Digest") { $0.element("code") { $0.name(input.dataset.digest, width: 24) } }
                        html.cell(label: "Source") { html in
                            html.name(DatasetText.source(input.dataset), width: 60)
                            html.sub(input.dataset.sourceType)
                        }
                        html.cell(DatasetText.profile(input.dataset), label: "Profile")
                    }
                }
            }
        }
    }

    private func empty(_ run: Run, _ request: Request, _ html: inout Markup) {
        html.emptyState(
            "Nothing logged yet", "Parameters and metrics appear here as soon as they are logged.",
            code: """
                import mlflow
                mlflow.set_tracking_uri("\(request.server ?? "http://127.0.0.1:5000")")
                with mlflow.start_run(run_id="\(run.runID)"):
                    mlflow.log_param("depth", 8)
                    mlflow.log_metric("loss", 0.3)
                """)
    }

    // MARK: rail

    private func rail(
        _ details: RunDetails, _ experiment: Experiment, _ versions: [String], _ now: Timestamp, _ html: inout Markup
    ) {
        let run = details.run
        html.section("About", id: "about") { html in
            html.facts { html in
                html.fact("Run") { $0.identifier(run.runID, shown: String(run.runID.prefix(12))) }
                html.fact("Started") { $0.moment(run.started) }
                if let end = run.endTime { html.fact("Ended") { $0.moment(Timestamp(milliseconds: end)) } }
                if let duration = run.duration(now: now) {
                    html.fact(
                        "Duration",
                        DisplayValue.duration(milliseconds: duration) + (run.isGoingOn ? " so far" : ""))
                }
                if !details.user.isEmpty { html.fact("By", details.user) }
                if let source = details.source { html.fact("Source", source) }
                if let commit = details.tag("mlflow.source.git.commit"), !commit.isEmpty {
                    html.fact("Commit") { $0.identifier(commit, shown: String(commit.prefix(12))) }
                }
                html.fact("Artifacts") { $0.identifier(run.artifactURI) }
            }
        }
        if !versions.isEmpty {
            html.section("Model versions", id: "versions") { html in
                html.element("ul", ["class": "list"]) { html in
                    for version in versions { html.element("li") { $0.modelVersion(version) } }
                }
            }
        }
        if !details.ownTags.isEmpty {
            html.section("Tags", id: "tags") { html in
                html.tags(details.ownTags.map { ($0.name, DisplayText.shorten($0.value, to: 200)) })
            }
        }
    }
}

extension Markup {
    /// A link to a version of a registered model.
    /// - Parameter name: as `ArtifactUses` names it: `fraud/3`.
    fileprivate mutating func modelVersion(_ name: String) {
        let version = VersionName(name)
        link(
            "\(version.model) version \(version.number)",
            to: Address("/models", version.model, "versions", version.number))
    }

    /// A value as it was logged: on one line where it fits, folded where it does not.
    mutating func value(_ text: String) {
        if text.isEmpty { return void("empty") }
        let clean = DisplayText.clean(text)
        guard DisplayText.width(clean) > 100 else { return element("bdi", text: clean) }
        folded(DisplayText.shorten(clean, to: 80)) { html in
            html.element("pre", ["tabindex": "0"], text: DisplayText.cleanLines(text))
        }
    }
}

/// A version as `ArtifactUses` names it, taken apart: `fraud/3`.
private struct VersionName {
    let model: String
    let number: String

    init(_ name: String) {
        number = String(name.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
        model = String(name.dropLast(number.count + 1))
    }
}

/// What is known of a dataset, as a reader wants it.
enum DatasetText {
    /// Where it came from: a path or address out of the JSON that clients log.
    static func source(_ dataset: Dataset) -> String {
        guard let json = try? JSONParser.parse(Array(dataset.source.utf8)) else { return dataset.source }
        return ["uri", "url", "path", "table_name", "query", "delta_table_name"].lazy
            .compactMap { json[$0]?.text }.first ?? dataset.source
    }

    /// "1,204 rows, 31 columns", from the profile that clients log.
    static func profile(_ dataset: Dataset) -> String {
        var parts: [String] = []
        if let text = dataset.profile, let json = try? JSONParser.parse(Array(text.utf8)) {
            if let rows = json["num_rows"]?.int {
                parts.append(DisplayValue.grouped(rows) + (rows == 1 ? " row" : " rows"))
            }
        }
        if let text = dataset.schema, let json = try? JSONParser.parse(Array(text.utf8)) {
            if let columns = json["mlflow_colspec"]?.elements?.count {
                parts.append(DisplayValue.count(columns, "column"))
            }
        }
        return parts.joined(separator: ", ")
    }
}
