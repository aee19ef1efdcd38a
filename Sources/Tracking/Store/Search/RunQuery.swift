package import MLflow
package import Platform

/// A search for runs.
package struct RunQuery: Sendable {
    package var experiments: [Int64]
    package var lifecycle: LifecycleFilter
    package var filter: [SearchComparison]
    package var orderings: [SearchOrdering]
    /// Rows wanted; the answer may say that there are more.
    package var limit: Int

    package init(
        experiments: [Int64], lifecycle: LifecycleFilter = .active, filter: [SearchComparison] = [],
        orderings: [SearchOrdering] = [], limit: Int
    ) {
        self.experiments = experiments
        self.lifecycle = lifecycle
        self.filter = filter
        self.orderings = orderings
        self.limit = limit
    }
}

/// A run with its place in the order of its search.
package struct FoundRun: Sendable {
    package let run: Run
    package let position: KeySetOrder.Position
}

package struct RunPage: Sendable {
    package let runs: [FoundRun]
    /// Whether more runs follow the last one.
    package let hasMore: Bool
}
