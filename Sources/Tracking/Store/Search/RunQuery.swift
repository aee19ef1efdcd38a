package import Core
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
    package var bounds = SearchBounds()
    /// Experiments that may not be read count as empty.
    package var rights: Rights

    package init(
        experiments: [Int64], rights: Rights, lifecycle: LifecycleFilter = .active, filter: [SearchComparison] = [],
        orderings: [SearchOrdering] = [], limit: Int
    ) {
        self.experiments = experiments
        self.rights = rights
        self.lifecycle = lifecycle
        self.filter = filter
        self.orderings = orderings
        self.limit = limit
    }
}

/// How much a search counts before it decides which index leads it. The answer is the same whatever these are.
package struct SearchBounds: Sendable {
    /// A condition that fewer runs meet than this many times the page leads the search, whatever else is asked.
    package var pages = 20
    /// The same bound in runs is never lower or higher than this.
    package var few = 2000...20_000
    /// Runs at the beginning of the order that are looked at to find out whether a page would take a long walk, and how
    /// many of them must meet the filter if not.
    package var sample = 500
    package var sampleNeeded = 10
    /// How far the conditions are counted when the walk would be long; beyond it, none leads.
    package var counted = 250_000

    package init() {}
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
