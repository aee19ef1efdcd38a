import ArgumentParser
import Core
import Foundation
import Platform
import Statistics
import Tracking

/// Fills a database with runs, and measures what requests cost the server: the CPU time of the process, HTTP left out.
@main
struct TrackingBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracking-benchmark", subcommands: [Fill.self, Measure.self])
}

struct DatabaseOptions: ParsableArguments {
    @Argument(help: "The database file; its folder must exist.")
    var path: String

    func open() throws -> (services: Services, tracking: Tracking) {
        let driver = SQLiteDriver(path: path, readers: 2)
        try Migrations.apply(Tracking.migrations, driver, now: World.live.now())
        let services = Services(
            database: try Database(driver: driver, recorder: NoEvents()), world: .live,
            artifacts: try LocalArtifactStore(root: path + ".artifacts"),
            pageTokens: PageTokens(key: Array(repeating: 1, count: 32)))
        return (services, Tracking(services))
    }
}

private struct NoEvents: EventRecorder {
    func check(_ event: PendingEvent) {}
    func append(_ events: [PendingEvent], _ connection: any SQLConnection) {}
    func committed() {}
}

/// Writes runs with 10 metrics, 5 parameters and 3 tags each, as the baseline of MLflow was measured with, and one run
/// with a long history.
struct Fill: AsyncParsableCommand {
    @OptionGroup var database: DatabaseOptions

    @Option(help: "Runs.")
    var runs = 10_000

    @Option(help: "Points of the long history.")
    var points = 100_000

    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 1

    func run() async throws {
        let (services, tracking) = try database.open()
        var random = SeededRandom(seed: seed)
        let metrics = try await tracking.keyNumbers(of: (0..<10).map { "m\($0)" })
        let parameters = try await tracking.keyNumbers(of: (0..<5).map { "p\($0)" })
        let tags = try await tracking.keyNumbers(of: ["mlflow.runName", "team", "stage"])
        let history = try await tracking.keyNumbers(of: ["loss"])[0]
        let world = services.world
        for start in stride(from: 0, to: runs, by: 1000) {
            let numbers = start..<min(start + 1000, runs)
            let runs = numbers.map { SyntheticRun($0, world.makeID(), metrics, parameters, tags, &random) }
            try await services.database.write { transaction in
                for run in runs { try run.write(transaction) }
            }
        }
        let long = SyntheticRun(id: String(repeating: "f", count: 32), name: "long")
        var values: [KeyedPoint] = []
        for step in 0..<Int64(points) {
            let point = MetricPoint(value: random.uniform(), time: 1000 + step, step: step)
            values.append(KeyedPoint(key: history, point: point))
        }
        try await services.database.write { [values] transaction in
            try RunLogStore(transaction.sql).append(values, to: long.write(transaction))
        }
        services.database.close()
    }
}

struct SyntheticRun: Sendable {
    let id: String
    let name: String
    let start: Int64
    let metrics: [KeyedPoint]
    let parameters: [(key: Int64, value: String)]
    let tags: [(key: Int64, value: String)]

    init(
        _ index: Int, _ id: String, _ metricKeys: [Int64], _ parameterKeys: [Int64], _ tagKeys: [Int64],
        _ random: inout SeededRandom
    ) {
        self.id = id
        name = "run-\(index)"
        start = 1_600_000_000_000 + Int64(index) * 1000
        var metrics: [KeyedPoint] = []
        for key in metricKeys {
            metrics.append(KeyedPoint(key: key, point: MetricPoint(value: random.uniform(), time: 1, step: 0)))
        }
        self.metrics = metrics
        var parameters: [(key: Int64, value: String)] = []
        for key in parameterKeys { parameters.append((key, "v\(Int(random.uniform() * 50))")) }
        self.parameters = parameters
        tags = [
            (tagKeys[0], name), (tagKeys[1], "team-\(Int(random.uniform() * 10))"),
            (tagKeys[2], index % 2 == 0 ? "dev" : "prod"),
        ]
    }

    /// A run with nothing logged to it.
    init(id: String, name: String) {
        self.id = id
        self.name = name
        start = 1
        (metrics, parameters, tags) = ([], [], [])
    }

    @discardableResult
    func write(_ transaction: Transaction) throws -> Run {
        let draft = RunStore.Draft(runID: id, experiment: 0, name: name, userID: "user", startTime: start)
        let run = try RunStore.create(draft, tags: tags, transaction)
        let store = RunLogStore(transaction.sql)
        try store.append(metrics, to: run)
        _ = try store.add(parameters, to: run)
        return run
    }
}
