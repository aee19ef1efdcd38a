package import Core
import Synchronization

/// Counts requests by route, method and status, and how long they took. Routes come from the route table only, so the
/// number of series is bounded: what has no endpoint is counted as `other`.
package final class RequestMetrics: RequestObserver {
    /// Upper bounds of the latency histogram, in seconds.
    package static let latencyBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

    private struct Figures {
        var byStatus: [Int: Int] = [:]
        /// Requests in each bucket alone; the last is beyond all bounds.
        var buckets = [Int](repeating: 0, count: latencyBounds.count + 1)
        var seconds = 0.0
    }

    private struct State {
        /// As the route table; one more for `other`.
        var routes: [Figures]
        var received = 0
        var sent = 0
        var cut = 0
        var failures = 0
    }

    private let labels: [(route: String, method: String)]
    private let state: Mutex<State>

    package init(_ routes: RouteTable) {
        labels = routes.endpoints.map { ($0.path, $0.method) } + [("other", "other")]
        state = Mutex(State(routes: Array(repeating: Figures(), count: labels.count)))
    }

    package func finished(_ record: RequestRecord) {
        let (whole, attoseconds) = record.duration.components
        let seconds = Double(whole) + Double(attoseconds) / 1e18
        let bucket = Self.latencyBounds.firstIndex { seconds <= $0 } ?? Self.latencyBounds.count
        state.withLock { state in
            let route = record.route ?? state.routes.count - 1
            state.routes[route].byStatus[record.status, default: 0] += 1
            state.routes[route].buckets[bucket] += 1
            state.routes[route].seconds += seconds
            state.received += record.bytesReceived
            state.sent += record.bytesSent
            if record.isCut { state.cut += 1 }
        }
    }

    package func failed(_ failure: Failure, requestID: String) { state.withLock { $0.failures += 1 } }

    /// Routes nobody has used are left out.
    package func families() -> [MetricFamily] {
        let state = state.withLock { $0 }
        var counts: [MetricSample] = []
        var latencies: [MetricSample] = []
        for (figures, label) in zip(state.routes, labels) where !figures.byStatus.isEmpty {
            let labels = [("route", label.route), ("method", label.method)]
            for (status, count) in figures.byStatus.sorted(by: { $0.key < $1.key }) {
                counts.append(MetricSample(Double(count), labels + [("status", String(status))]))
            }
            var sum = 0
            for (bound, count) in zip(Self.latencyBounds + [.infinity], figures.buckets) {
                sum += count
                latencies.append(
                    MetricSample(Double(sum), labels + [("le", PrometheusText.number(bound))], suffix: "_bucket"))
            }
            latencies.append(MetricSample(figures.seconds, labels, suffix: "_sum"))
            latencies.append(MetricSample(Double(sum), labels, suffix: "_count"))
        }
        return [
            MetricFamily("steward_http_requests_total", .counter, "Requests answered. Status 0: cut before.", counts),
            MetricFamily(
                "steward_http_request_duration_seconds", .histogram, "From a request's head to the end of its answer.",
                latencies),
            .counter("steward_http_received_bytes_total", "Bytes of request bodies.", Double(state.received)),
            .counter("steward_http_sent_bytes_total", "Bytes of answers' bodies.", Double(state.sent)),
            .counter("steward_http_cut_total", "Requests whose client was gone or too slow.", Double(state.cut)),
            .counter("steward_failures_total", "Failures with a cause that is in the log.", Double(state.failures)),
        ]
    }
}
