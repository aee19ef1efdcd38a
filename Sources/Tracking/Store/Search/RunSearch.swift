import Core
import MLflow
import Platform

/// Finds runs. The statement is put together around the index that leads to the page with the least work:
///
/// 1. identifiers, when the filter names them;
/// 2. the index of a condition that few runs meet, which is found out by counting up to a bound;
/// 3. the index the runs are sorted by, walked from the last page's end until the page is full, if among the first of
///    the walk enough runs meet the filter;
/// 4. the index of the condition that the fewest runs meet, counted further;
/// 5. otherwise all runs of the experiments, sorted.
struct RunSearch {
    let sql: any SQLConnection
    let query: RunQuery
    let order: RunOrder
    let conditions: [RunCondition]

    /// Experiments whose runs are fetched one experiment after the other and merged; more are sorted by the database.
    private static let mergedExperiments = 16

    init(_ query: RunQuery, _ keys: KeyNames, _ sql: any SQLConnection) throws {
        self.sql = sql
        var readable = query
        readable.experiments = try ExperimentStore(sql).readable(query.experiments, query.rights)
        self.query = readable
        order = try RunOrder(query.orderings) { try keys.number(of: $0.key, sql) }
        conditions = try query.filter.map { comparison in
            var key: Int64?
            switch comparison.field.entity {
            case .metric, .parameter, .tag: key = try keys.number(of: comparison.field.key, sql)
            case .attribute where comparison.field.key == "run_name":
                key = try keys.number(of: RunStore.nameTag, sql)
            default: break
            }
            return try RunCondition(comparison, key: key, sql.dialect)
        }
    }

    /// - Parameter position: the last run of the page before; nil for the first page.
    func page(after position: KeySetOrder.Position?) throws -> RunPage {
        var runs: [FoundRun]
        if query.experiments.isEmpty {
            runs = []
        } else if query.experiments.count <= Self.mergedExperiments {
            runs = []
            for experiment in query.experiments {
                for lead in try plan([experiment]) {
                    let found = try fetch(lead, position)
                    let isFirst = runs.isEmpty
                    runs += found
                    // What cannot be on the page is not kept while other experiments are searched.
                    if !isFirst, !found.isEmpty { sort(&runs) }
                    runs.removeLast(max(0, runs.count - query.limit - 1))
                }
            }
        } else {
            runs = try fetch(Lead(kind: .sorted, experiments: query.experiments), position)
        }
        let hasMore = runs.count > query.limit
        if hasMore { runs.removeLast(runs.count - query.limit) }
        return RunPage(runs: runs, hasMore: hasMore)
    }

    private func sort(_ runs: inout [FoundRun]) {
        runs.sort { order.keySet.precedes($0.position, $1.position) }
    }

    /// The statements that together find the runs of an experiment, each in the order of the search.
    private func plan(_ experiments: [Int64]) throws -> [Lead] {
        if conditions.contains(where: { $0.runIDs != nil }) {
            return [Lead(kind: .sorted, experiments: experiments)]
        }
        // So few that looking at all of them costs less than walking the order, whatever else is asked.
        let bounds = query.bounds
        let few = min(max(bounds.pages * query.limit, bounds.few.lowerBound), bounds.few.upperBound)
        if let index = try mostSelective(experiments[0], below: few) {
            return [Lead(kind: .condition(index), experiments: experiments)]
        }
        let walk: [Lead]
        if let leader = order.leader {
            walk = [Lead(kind: .ordered(leader), experiments: experiments)]
        } else if order.isByStart {
            walk = states.map { Lead(kind: .sorted, experiments: experiments, isDeleted: $0) }
        } else {
            return [Lead(kind: .sorted, experiments: experiments)]
        }
        if try isLong(walk[0]), let index = try mostSelective(experiments[0], below: bounds.counted) {
            return [Lead(kind: .condition(index), experiments: experiments)]
        }
        return walk
    }

    private var states: [Bool] {
        switch query.lifecycle {
        case .active: [false]
        case .deleted: [true]
        case .all: [false, true]
        }
    }

    /// Whether a page would take a long walk along the order, because few of the runs at its beginning meet the filter.
    private func isLong(_ lead: Lead) throws -> Bool {
        guard conditions.contains(where: { $0.source != nil }) else { return false }
        var parameters = SQLParameters()
        let experiment = parameters.add(.integer(lead.experiments[0]))
        let walked: String
        if case .ordered(let leader) = lead.kind {
            let first = leader.field.entity == .metric ? "value" : "substr(value, 1, 40)"
            let direction = order.keySet.columns[0].isAscending ? "" : " DESC"
            walked = """
                SELECT run AS id FROM \(leader.table) WHERE experiment = \(experiment) AND key = \(leader.key)\
                \(leader.field.entity == .metric ? " AND is_nan = 0" : "") ORDER BY \(first)\(direction)
                """
        } else {
            let isAscending = order.keySet.columns.first { !$0.isAbsent }?.isAscending ?? true
            let direction = isAscending ? "" : " DESC"
            walked = """
                SELECT id FROM tracking_run WHERE experiment = \(experiment) AND is_deleted = \
                \(lead.isDeleted == true ? 1 : 0) ORDER BY start_time\(direction)
                """
        }
        let size = parameters.add(.int(query.bounds.sample))
        let tests = conditions.map { $0.test("w.id", &parameters) }
        let counts = try sql.first(
            """
            SELECT count(*), sum(CASE WHEN \(tests.joined(separator: " AND ")) THEN 1 ELSE 0 END)
            FROM (\(walked) LIMIT \(size)) AS w JOIN tracking_run r ON r.id = w.id
            """, parameters.values, { (walked: $0.int(0), met: $0.int(1)) })
        guard let counts else { return false }
        return counts.walked == query.bounds.sample && counts.met < query.bounds.sampleNeeded
    }

    /// The condition with an index that the fewest runs meet, if these are less than `bound`.
    private func mostSelective(_ experiment: Int64, below bound: Int) throws -> Int? {
        var bound = bound
        var best: Int?
        for (index, condition) in conditions.enumerated() {
            guard let source = condition.source else { continue }
            var parameters = SQLParameters()
            let statement = """
                SELECT count(*) FROM (SELECT 1 FROM \(source.table) d WHERE d.experiment = \
                \(parameters.add(.integer(experiment))) AND d.key = \(parameters.add(.integer(source.key))) AND \
                \(source.test(&parameters)) LIMIT \(parameters.add(.int(bound)))) AS counted
                """
            let count = try sql.first(statement, parameters.values, { $0.int(0) }) ?? 0
            if count < bound {
                bound = count
                best = index
                if count == 0 { break }
            }
        }
        return best
    }
}

// MARK: - Statements

/// Where a statement begins.
private struct Lead {
    enum Kind {
        case sorted
        /// By the index of a condition, given by its position.
        case condition(Int)
        case ordered(RunOrder.Leader)
    }

    let kind: Kind
    let experiments: [Int64]
    /// Only runs in this state, of those the query allows.
    var isDeleted: Bool?
}

/// Which runs the walk along an order is at: those with a value, with a metric that is no number, without the key.
private enum Stretch: Int64, CaseIterable {
    case values = 0
    case notANumber = 1
    case absent = 2
}

extension RunSearch {
    /// Up to one run more than the page holds.
    private func fetch(_ lead: Lead, _ position: KeySetOrder.Position?) throws -> [FoundRun] {
        guard case .ordered(let leader) = lead.kind else { return try run(lead, position, stretch: nil) }
        var found: [FoundRun] = []
        for stretch in stretches(leader) {
            if let position, stretch.rawValue < position.ranks[0] { continue }
            let isWithin = position?.ranks[0] == stretch.rawValue
            found += try run(lead, isWithin ? position : nil, stretch: stretch, wanted: query.limit + 1 - found.count)
            if found.count > query.limit { break }
        }
        return found
    }

    /// The stretches that the filter does not rule out.
    private func stretches(_ leader: RunOrder.Leader) -> [Stretch] {
        var stretches: [Stretch] = leader.field.entity == .metric ? Stretch.allCases : [.values, .absent]
        for condition in conditions where condition.requires == leader.field {
            stretches.removeAll { $0 == .absent || ($0 == .notANumber && !condition.allowsNaN) }
        }
        return stretches
    }

    private func run(
        _ lead: Lead, _ position: KeySetOrder.Position?, stretch: Stretch?, wanted: Int? = nil
    ) throws -> [FoundRun] {
        var parameters = SQLParameters()
        var from = "tracking_run r"
        var run = "r.id"
        var joins = order.joins
        var tests: [String] = []
        var keySet = order.keySet
        switch lead.kind {
        case .sorted: tests.append("r.experiment \(isAmong(lead.experiments, &parameters))")
        case .condition(let index):
            guard let source = conditions[index].source else { throw Failure(.bug, "a condition without an index") }
            from = "\(source.table) d CROSS JOIN tracking_run r"
            run = "d.run"
            tests += [
                "d.experiment \(isAmong(lead.experiments, &parameters))",
                "d.key = \(parameters.add(.integer(source.key)))", source.test(&parameters), "r.id = d.run",
            ]
        case .ordered(let leader) where stretch == .absent:
            tests += ["r.experiment \(isAmong(lead.experiments, &parameters))", "o1.run IS NULL"]
            keySet = fixed(.absent, leader)
        case .ordered(let leader):
            let stretch = stretch ?? .values
            // The leading table takes the place of the join that fetches the first column.
            from = "\(leader.table) o1 CROSS JOIN tracking_run r"
            run = "o1.run"
            joins.removeFirst()
            tests += [
                "o1.experiment \(isAmong(lead.experiments, &parameters))",
                "o1.key = \(parameters.add(.integer(leader.key)))", "r.id = o1.run",
            ]
            if leader.field.entity == .metric { tests.append("o1.is_nan = \(stretch.rawValue)") }
            keySet = fixed(stretch, leader)
            if stretch == .values, let position { tests.append(bound(position, leader, &parameters)) }
        }
        tests += lifecycle(lead)
        if let position { tests.append(keySet.after(position, &parameters)) }
        for (index, condition) in conditions.enumerated() {
            if case .condition(index) = lead.kind { continue }
            tests.append(condition.test(run, &parameters))
        }
        let statement = """
            SELECT \(RunStore.columns), \(order.keySet.selection) FROM \(from) \(joins.joined(separator: " ")) \
            WHERE \(tests.joined(separator: " AND ")) ORDER BY \(clause(keySet, lead, stretch)) \
            LIMIT \(parameters.add(.int(wanted ?? query.limit + 1)))
            """
        return try sql.rows(statement, parameters.values) {
            FoundRun(run: RunStore.run($0), position: order.keySet.position($0, from: 10))
        }
    }

    private func isAmong(_ experiments: [Int64], _ parameters: inout SQLParameters) -> String {
        experiments.count == 1
            ? "= \(parameters.add(.integer(experiments[0])))"
            : "IN (\(parameters.add(all: experiments.map(SQLValue.integer))))"
    }

    private func lifecycle(_ lead: Lead) -> [String] {
        switch (lead.isDeleted, query.lifecycle) {
        case (let isDeleted?, _): ["r.is_deleted = \(isDeleted ? 1 : 0)"]
        case (nil, .active): ["r.is_deleted = 0"]
        case (nil, .deleted): ["r.is_deleted = 1"]
        case (nil, .all): []
        }
    }

    /// The order within a stretch, in which the first column's rank is the same for all.
    private func fixed(_ stretch: Stretch, _ leader: RunOrder.Leader) -> KeySetOrder {
        var columns = order.keySet.columns
        columns[0].rank = stretch == .values ? nil : String(stretch.rawValue)
        return KeySetOrder(columns)
    }

    /// Lets the index begin where the last page ended; the exact condition stands beside it.
    private func bound(
        _ position: KeySetOrder.Position, _ leader: RunOrder.Leader, _ parameters: inout SQLParameters
    ) -> String {
        let value = parameters.add(position.values[0])
        let sign = order.keySet.columns[0].isAscending ? ">=" : "<="
        return leader.field.entity == .metric
            ? "o1.value \(sign) \(value)" : "substr(o1.value, 1, 40) \(sign) substr(\(value), 1, 40)"
    }

    private func clause(_ keySet: KeySetOrder, _ lead: Lead, _ stretch: Stretch?) -> String {
        guard case .ordered(let leader) = lead.kind, let stretch else { return keySet.clause }
        guard stretch == .values else { return KeySetOrder(Array(keySet.columns.dropFirst())).clause }
        // What the index holds of a text comes first, so that the index gives the order.
        let direction = keySet.columns[0].isAscending ? "" : " DESC"
        return (leader.field.entity == .metric ? "" : "substr(o1.value, 1, 40)\(direction), ") + keySet.clause
    }
}
