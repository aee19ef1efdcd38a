import Core
import Synchronization

/// A figure and its labels.
package struct MetricSample: Sendable {
    /// Follows the name of the family: `_bucket`, `_sum`, `_count` of a histogram.
    let suffix: String
    let labels: [(name: String, value: String)]
    let value: Double

    package init(_ value: Double, _ labels: [(name: String, value: String)] = [], suffix: String = "") {
        self.value = value
        self.labels = labels
        self.suffix = suffix
    }
}

/// Figures of one name, as Prometheus knows them.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    let name: String
    let kind: Kind
    let help: String
    let samples: [MetricSample]

    package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [MetricSample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    package static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help, [MetricSample(value)])
    }

    package static func counter(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .counter, help, [MetricSample(value)])
    }
}

/// Everything that has figures to show. A source is asked when somebody looks; counting costs what the source counts
/// with, and nothing here.
package final class Metrics: Sendable {
    package typealias Source = @Sendable () async -> [MetricFamily]

    private let sources = Mutex<[Source]>([])

    package init() {}

    package func add(_ source: @escaping Source) { sources.withLock { $0.append(source) } }

    /// One figure; none is shown while `value` answers nil.
    package func addGauge(_ name: String, _ help: String, _ value: @escaping @Sendable () async -> Double?) {
        add { if let value = await value() { [.gauge(name, help, value)] } else { [] } }
    }

    /// All figures in Prometheus' text format, version 0.0.4.
    package func text() async -> [UInt8] {
        var text = PrometheusText()
        for source in sources.withLock({ $0 }) { for family in await source() { text.write(family) } }
        return text.bytes
    }
}

/// Writes families in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ family: MetricFamily) {
        guard !family.samples.isEmpty else { return }
        append("# HELP \(family.name) \(Self.escape(family.help, quotes: false))\n")
        append("# TYPE \(family.name) \(family.kind.rawValue)\n")
        for sample in family.samples {
            append(family.name + sample.suffix)
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }
                append("{\(labels.joined(separator: ","))}")
            }
            append(" \(Self.number(sample.value))\n")
        }
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): result.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): result.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\"") where quotes: result.append(contentsOf: "\\\"".utf8)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
