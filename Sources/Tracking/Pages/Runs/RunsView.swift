import Core
import MLflow
import Platform

/// What a table of runs shows and how. All of it is in the address, so that a view can be kept, sent and gone back to.
struct RunsView: Sendable {
    let experiment: Int64
    /// In MLflow's search grammar, as it was typed.
    var filter: String
    var state: LifecycleChoice
    /// A clause of `order_by`; empty for the newest first.
    var order: String
    /// Columns of what was logged; none where what the runs have decides.
    var columns: [RunColumn]

    static let columnLimit = 40

    init(_ experiment: Int64, _ query: Query) {
        self.experiment = experiment
        filter = String((query["filter"] ?? "").trimmingPrefix(while: \.isWhitespace))
        state = query["state"].flatMap { LifecycleChoice(rawValue: $0) } ?? .active
        order = query["order"] ?? ""
        columns = query.all("column").prefix(Self.columnLimit).compactMap { try? RunColumn(parsing: $0) }
    }

    /// What the address says after the `?`, without what is as usual.
    var items: [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        if !filter.isEmpty { items.append(("filter", filter)) }
        if state != .active { items.append(("state", state.rawValue)) }
        if !order.isEmpty { items.append(("order", order)) }
        return items + columns.map { ("column", $0.text) }
    }

    /// `items` as a query, to be kept: `RunsView.init` reads it.
    var queryText: String {
        items.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }.joined(separator: "&")
    }

    var address: Address { address(of: "") }

    /// - Parameter file: what follows the experiment: `/runs.csv`.
    func address(of file: StaticString) -> Address {
        Address("/experiments", String(experiment)).adding(file).query(items.map { ($0.name, $0.value) })
    }

    func with(order: String) -> RunsView {
        var view = self
        view.order = order
        return view
    }

    /// - Throws: `invalid`, in MLflow's words, for a filter or an order that cannot be read.
    func query(limit: Int, rights: Rights, _ bounds: SearchBounds) throws(Failure) -> RunQuery {
        var query = RunQuery(
            experiments: [experiment], rights: rights, lifecycle: state.filter,
            filter: try SearchFilter.parse(filter, for: .runs), orderings: try orderings(), limit: limit)
        query.bounds = bounds
        return query
    }

    private func orderings() throws(Failure) -> [SearchOrdering] {
        order.isEmpty ? [] : try SearchOrdering.parse([order], for: .runs)
    }

    // MARK: headers

    /// The header of a column: the way it is sorted now, and where a click leads.
    func column(_ title: String, _ kind: TableColumn.Kind, _ field: SearchField?, explanation: String? = nil)
        -> TableColumn
    {
        guard let field, let text = field.text else { return TableColumn(title, kind, explanation: explanation) }
        let current = try? orderings().first { $0.field == field }
        // The newest first is what an empty order means.
        let isByStart = order.isEmpty && field == SearchField(.attribute, "start_time")
        let isAscending = isByStart ? false : current?.ascending
        let startsDescending = field.entity == .metric || field.key == "start_time"
        let next = isAscending.map { !$0 } ?? !startsDescending
        return TableColumn(
            title, kind, explanation: explanation,
            sorting: with(order: text + (next ? " ASC" : " DESC")).address,
            order: isAscending.map { $0 ? .ascending : .descending })
    }
}

extension RunColumn {
    /// What the search sorts by; nil where it cannot.
    var field: SearchField? {
        switch self {
        case .name: SearchField(.attribute, "run_name")
        case .status: SearchField(.attribute, "status")
        case .started: SearchField(.attribute, "start_time")
        case .ended: SearchField(.attribute, "end_time")
        case .user: SearchField(.attribute, "user_id")
        case .id: SearchField(.attribute, "run_id")
        case .experiment, .duration: nil
        case .metric(let name): SearchField(.metric, name)
        case .parameter(let name): SearchField(.parameter, name)
        case .tag(let name): SearchField(.tag, name)
        }
    }
}
