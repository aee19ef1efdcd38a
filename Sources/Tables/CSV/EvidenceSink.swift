import CKernels
import Core

/// Keeps no rows, only what decides the kind of text columns. Bounded memory.
final class EvidenceSink: CSVSink {
    private(set) var evidence: [StringEvidence]
    private(set) var distinct: [DistinctEstimate]

    init(columns: Int) {
        evidence = .init(repeating: .init(), count: columns)
        distinct = .init(repeating: .init(), count: columns)
    }

    func append(_ columns: CSVColumns, _ parser: CSVParser) {
        for (field, state) in columns.states.enumerated() where state.mode == .string {
            let dictionary = parser.column(field).pointee.dictionary
            for index in 0..<dictionary.count where dictionary.entries[index].code >= 0 {
                let entry = dictionary.entries[index]
                distinct[field].add(hash: entry.hash)
                if evidence[field].isDecided { continue }
                evidence[field].add(
                    UnsafeBufferPointer(start: dictionary.bytes + Int(entry.start), count: Int(entry.length)))
            }
        }
    }
}

/// The number of distinct hashes by adaptive sampling (Wegman; Flajolet, "On adaptive sampling", Computing 43, 1990):
/// exact up to 65,536, above with a relative standard error of about 0.5 %.
struct DistinctEstimate {
    private static let capacity = 1 << 16
    private var level: UInt64 = 0
    private var sample: Set<UInt64> = []

    var count: Int { sample.count << Int(level) }

    mutating func add(hash: UInt64) {
        guard hash & ((1 << level) - 1) == 0 else { return }
        sample.insert(hash)
        while sample.count > Self.capacity && level < 40 {
            level += 1
            let mask: UInt64 = (1 << level) - 1
            sample = sample.filter { $0 & mask == 0 }
        }
    }
}
