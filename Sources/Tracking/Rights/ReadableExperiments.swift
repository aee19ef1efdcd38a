package import Core
import Platform

/// What may be read, where lists are made.
extension ExperimentStore {
    /// What a SELECT from `tracking_experiment e` adds to its conditions; empty where all may be read.
    func readableTest(_ rights: Rights, _ parameters: inout SQLParameters) -> String {
        let condition = RightsCondition(.experiment, id: "e.id", name: "e.name", sql.dialect)
            .sql(rights, bind: { parameters.add($0) })
        return condition.map { " AND \($0)" } ?? ""
    }

    /// Those of the experiments that are there and may be read, in the order given.
    package func readable(_ ids: [Int64], _ rights: Rights) throws -> [Int64] {
        if rights.holdEverywhere(.read) { return ids }
        var readable: Set<Int64> = []
        try sql.forEach(in: ids) { list, arguments in
            var parameters = SQLParameters()
            _ = parameters.add(all: arguments)
            let test = readableTest(rights, &parameters)
            let found = try sql.rows(
                "SELECT e.id FROM tracking_experiment e WHERE e.id IN (\(list))\(test)", parameters.values
            ) { $0.integer(0) }
            readable.formUnion(found)
        }
        return ids.filter(readable.contains)
    }
}

extension RunStore {
    /// The run, deleted or not, if it may be read.
    package func find(_ runID: String, _ rights: Rights) throws -> Run? {
        guard let run = try find(runID) else { return nil }
        return try ExperimentStore(sql).readable([run.experiment], rights).isEmpty ? nil : run
    }
}

extension TraceStore {
    /// Those of the traces that are there and may be read, in the order asked for.
    func traces(_ traceIDs: [String], _ rights: Rights) throws -> [Trace] {
        let traces = try traces(traceIDs)
        let experiments = Set(try ExperimentStore(sql).readable(Set(traces.map(\.experimentID)).sorted(), rights))
        return traces.filter { experiments.contains($0.experimentID) }
    }
}
