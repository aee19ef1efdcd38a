package import Core

/// What the platform itself shows at `/metrics`.
extension Metrics {
    /// Connections, and requests at work.
    package func addServer(_ figures: ServerFigures, _ responder: Responder) {
        add {
            [
                .gauge("steward_http_requests_active", "Requests at work.", Double(responder.active)),
                .gauge("steward_http_connections_open", "Open connections.", Double(figures.open)),
                .counter("steward_http_connections_total", "Connections accepted.", Double(figures.accepted)),
                MetricFamily(
                    "steward_http_connections_rejected_total", .counter,
                    "Connections ended for the sake of the others, by reason.",
                    [
                        MetricSample(Double(figures.refused), [("reason", "too_many")]),
                        MetricSample(Double(figures.displaced), [("reason", "displaced")]),
                        MetricSample(Double(figures.timedOut), [("reason", "too_slow")]),
                    ]),
                .counter(
                    "steward_http_accept_failures_total", "Times accepting paused for want of file descriptors.",
                    Double(figures.acceptFailures)),
                .gauge("steward_http_held_bytes", "Bytes of bodies held for handlers.", Double(figures.held)),
                .gauge(
                    "steward_http_waiting_bytes", "Bytes of answers that wait for their clients.",
                    Double(figures.waiting)),
            ]
        }
    }

    package func addDatabase(_ database: Database) {
        add {
            let statistics = database.statistics
            let waiting = database.waiting
            return [
                .counter("steward_database_reads_total", "Reads.", Double(statistics.reads)),
                .counter("steward_database_writes_total", "Writes committed.", Double(statistics.writes)),
                .counter("steward_database_failed_writes_total", "Writes taken back.", Double(statistics.failedWrites)),
                .counter(
                    "steward_database_transactions_total",
                    "Transactions committed; writes per transaction share one flush.", Double(statistics.transactions)),
                .counter("steward_database_retries_total", "Transactions run again.", Double(statistics.retries)),
                MetricFamily(
                    "steward_database_waiting", .gauge, "Work that waits for the database.",
                    [
                        MetricSample(Double(waiting.writes), [("kind", "write")]),
                        MetricSample(Double(waiting.reads), [("kind", "read")]),
                    ]),
            ]
        }
    }

    /// Jobs that wait, are at work, or were given up. Those that succeeded are history and are not counted.
    package func addJobs(_ database: Database) {
        add {
            let jobs = (try? await database.read { try JobQueue.open($0) }) ?? []
            let samples = jobs.map { MetricSample(Double($0.count), [("queue", $0.queue), ("state", $0.state)]) }
            return [MetricFamily("steward_jobs", .gauge, "Jobs that are not done, by queue and state.", samples)]
        }
    }

    /// How far the reactors of this program are, and what they could not digest.
    package func addReactors(_ names: [String], _ database: Database) {
        add {
            guard let progress = try? await database.read({ try ReactorProgress.all(names, $0) }) else { return [] }
            func samples(_ figure: (ReactorProgress) -> Int64) -> [MetricSample] {
                progress.map { MetricSample(Double(figure($0)), [("reactor", $0.name)]) }
            }
            return [
                MetricFamily(
                    "steward_reactor_events_behind", .gauge, "Events that a reactor has not come to yet.",
                    samples(\.behind)),
                MetricFamily(
                    "steward_reactor_events_given_up", .gauge, "Events that a reactor failed at until it gave up.",
                    samples(\.givenUp)),
            ]
        }
    }

    /// The process, under the names that Prometheus' own libraries use.
    /// - Parameters:
    ///   - version: of the program.
    ///   - started: when the process began.
    package func addProcess(version: String, started: Timestamp) {
        add {
            var families: [MetricFamily] = [
                MetricFamily(
                    "steward_build_info", .gauge, "The program; always 1.", [MetricSample(1, [("version", version)])]),
                .gauge(
                    "process_start_time_seconds", "When the process began, since 1970.",
                    Double(started.milliseconds) / 1000),
                .counter("process_cpu_seconds_total", "Processor time, user and system.", ProcessFigures.cpuSeconds),
                .gauge("process_max_fds", "Files and connections it may open.", Double(FileDescriptors.limit)),
            ]
            if let bytes = ProcessFigures.residentBytes {
                families.append(.gauge("process_resident_memory_bytes", "Memory in use.", Double(bytes)))
            }
            if let count = ProcessFigures.openFiles {
                families.append(.gauge("process_open_fds", "Open files and connections.", Double(count)))
            }
            return families
        }
    }
}
