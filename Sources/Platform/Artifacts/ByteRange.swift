/// Which bytes of a file a client asks for: the `Range` header, RFC 9110 section 14.
package enum ByteRange: Equatable, Sendable {
    /// Everything: there is no header, or it is one that may be ignored (another unit, several ranges, malformed).
    case whole
    /// Status 206 and these bytes; never empty.
    case part(Range<Int64>)
    /// Status 416: the range begins behind the end.
    case unsatisfiable

    /// - Parameters:
    ///   - header: `bytes=0-99`, `bytes=100-`, `bytes=-50`.
    ///   - size: bytes in the file.
    package init(_ header: String?, size: Int64) {
        let unit = "bytes="
        guard let header, header.utf8.count < 100, header.lowercased().hasPrefix(unit) else {
            self = .whole
            return
        }
        let ends = header.utf8.dropFirst(unit.utf8.count).split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]) else {
            self = .whole
            return
        }
        switch (first, last) {
        case (nil, nil): self = .whole
        case (nil, let suffix?):
            self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)..<size)
        case (let first?, let last):
            if let last, last < first {
                self = .whole
            } else if first >= size {
                self = .unsatisfiable
            } else {
                self = .part(first..<min(last ?? .max, size - 1) + 1)
            }
        }
    }

    /// - Returns: nil for what is no number; `.some(nil)` for nothing; very large numbers are the largest.
    private static func number(_ digits: Substring.UTF8View) -> Int64?? {
        if digits.isEmpty { return .some(nil) }
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        var value: Int64 = 0
        for digit in digits {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = tens.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !more else { return .max }
            value = sum
        }
        return value
    }
}
