import Core

/// How the server is doing: what needs somebody first, then the figures.
package struct SystemPage: Sendable {
    private let status: SystemStatus

    package init(_ status: SystemStatus) { self.status = status }

    package static let navigation = [
        NavigationItem("System", "/system", ServerEndpoints.readMetrics, .system, in: .administration, order: 90)
    ]

    package var endpoints: [Endpoint] {
        [
            .page("/system", .may(ServerEndpoints.readMetrics), "How the server is doing.") { _, site in
                try await page(site)
            }
        ]
    }

    private func page(_ site: Site) async throws -> Page {
        let figures = try await status.figures()
        let troubles = status.troubles(figures)
        let now = status.now()
        var page = Page("System", section: "/system")
        page.badge = troubles.isEmpty ? Badge(.good, "running") : Badge(.warning, "needs attention")
        page.lead { html in
            html.text(troubles.isEmpty ? "Nothing needs you. Up since " : "Up since ")
            html.moment(status.started)
            html.text(", \(DisplayValue.duration(milliseconds: now.milliseconds - status.started.milliseconds)).")
        }
        page.body { html in
            for trouble in troubles {
                html.notice(.warning) {
                    $0.element("p") { $0.outside(trouble.prefix(1).uppercased() + trouble.dropFirst() + ".") }
                }
            }
            html.section("Work", id: "work") { work(figures, &$0) }
            html.section("Routines", id: "routines") { routines(now, &$0) }
            html.section("Process", id: "process") { process(&$0) }
        }
        page.rail { html in
            html.section("Server", id: "server") { html in
                html.facts { html in
                    html.fact("Version", site.version.isEmpty ? "unknown" : site.version)
                    html.fact("Address", status.host)
                    html.fact("Connections") { html in
                        if status.isEncrypted {
                            html.badge(.good, "TLS")
                        } else {
                            html.badge(
                                .neutral,
                                ListeningAddress.isLoopback(status.host) ? "plain, this machine only" : "plain")
                        }
                    }
                    html.fact("Identity") { html in
                        if site.hasSignIn {
                            html.badge(.good, "people sign in")
                        } else {
                            html.badge(.neutral, "single user")
                        }
                    }
                }
            }
            html.section("Database", id: "database") { html in
                html.facts { html in
                    html.fact("Kind", status.database.dialect == .sqlite ? "SQLite" : "PostgreSQL")
                    html.fact("Size", DisplayValue.bytes(figures.databaseBytes))
                    html.fact("Audit log") { html in
                        html.element("a", ["href": "/audit"]) {
                            $0.text(
                                figures.entries == 1
                                    ? "1 entry" : "\(DisplayValue.grouped(Int(figures.entries))) entries")
                        }
                    }
                }
            }
            html.element("p") { html in
                html.text("The same figures for machines: ")
                html.element("a", ["href": "/metrics"], text: "/metrics")
                html.text(".")
            }
        }
        return page
    }

    private func work(_ figures: SystemStatus.Figures, _ html: inout Markup) {
        html.facts { html in
            let waiting = status.database.waiting
            html.fact("Writes that wait") { $0.text(DisplayValue.grouped(waiting.writes)) }
            html.fact("Reads that wait") { $0.text(DisplayValue.grouped(waiting.reads)) }
            html.fact("Deliveries that wait") { $0.text(DisplayValue.grouped(figures.waitingJobs)) }
            html.fact("Given up") { $0.text(DisplayValue.grouped(figures.deadJobs)) }
        }
        guard !figures.reactors.isEmpty || !figures.jobs.isEmpty else { return }
        html.table("Queues", [TableColumn("Queue"), TableColumn("What"), .number("Waiting"), .number("Given up")]) {
            html in
            for reactor in figures.reactors {
                html.row { html in
                    html.rowHeader { $0.name(reactor.name, width: 40) }
                    html.cell("events of the audit log")
                    html.numberCell(DisplayValue.grouped(Int(reactor.behind)))
                    html.numberCell(DisplayValue.grouped(Int(reactor.givenUp)))
                }
            }
            for queue in Self.queues(figures.jobs) {
                html.row { html in
                    html.rowHeader { $0.name(queue.name, width: 40) }
                    html.cell("jobs")
                    html.numberCell(DisplayValue.grouped(queue.waiting))
                    html.numberCell(DisplayValue.grouped(queue.dead))
                }
            }
        }
    }

    private static func queues(
        _ jobs: [(queue: String, state: String, count: Int)]
    ) -> [(name: String, waiting: Int, dead: Int)] {
        var queues: [(name: String, waiting: Int, dead: Int)] = []
        // Sorted by queue.
        for job in jobs {
            if queues.last?.name != job.queue { queues.append((job.queue, 0, 0)) }
            if job.state == "dead" {
                queues[queues.count - 1].dead += job.count
            } else {
                queues[queues.count - 1].waiting += job.count
            }
        }
        return queues
    }

    private func routines(_ now: Timestamp, _ html: inout Markup) {
        html.table(
            "Routines",
            [TableColumn("Routine"), .number("Every"), TableColumn("Last run"), .number("Took"), TableColumn("Result")]
        ) { html in
            for routine in status.routines {
                let entry = status.routineLog[routine.name]
                html.row { html in
                    html.rowHeader { $0.name(routine.name, width: 40) }
                    html.numberCell(
                        DisplayValue.duration(milliseconds: routine.every.milliseconds).replacing(".0 s", with: " s"))
                    html.cell { html in
                        if let entry { html.time(entry.started, now: now) } else { html.text("not by this server") }
                    }
                    html.numberCell(entry?.took.map { DisplayValue.duration(milliseconds: $0) } ?? "")
                    html.cell { html in
                        guard let entry else { return html.void() }
                        if entry.took == nil { return html.badge(.active, "at work") }
                        if entry.problem != nil { html.badge(.bad, "failed") } else { html.badge(.good, "done") }
                    }
                }
            }
        }
    }

    private func process(_ html: inout Markup) {
        let statistics = status.database.statistics
        html.facts { html in
            if let bytes = ProcessFigures.residentBytes { html.fact("Memory", DisplayValue.bytes(Int64(bytes))) }
            html.fact("Processor time", DisplayValue.duration(milliseconds: Int64(ProcessFigures.cpuSeconds * 1000)))
            if let files = ProcessFigures.openFiles {
                html.fact(
                    "Open files",
                    "\(DisplayValue.grouped(files)) of \(DisplayValue.grouped(Int(FileDescriptors.limit)))")
            }
            html.fact("Reads", DisplayValue.grouped(statistics.reads))
            html.fact("Writes", DisplayValue.grouped(statistics.writes))
            html.fact("Writes taken back", DisplayValue.grouped(statistics.failedWrites))
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
