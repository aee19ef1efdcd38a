import CKernels
package import Core

/// What a profile keeps about finite numbers. Values are worked on in blocks of 4,096 that do not depend on how the
/// caller cut the rows, so the same rows in the same order always give the same profile.
package struct NumericProfile: Sendable {
    static let blockSize = 4096

    private(set) var state: State
    /// Finite values of the block that is not full yet.
    private var pending: [Double] = []

    /// Everything but the block being filled.
    struct State: Sendable, Equatable {
        var moments = Moments.zero
        var quantiles = QuantileSketch.zero
        /// Absent while `quantiles` knows every distinct value.
        var distinct: HyperLogLog?
        /// Finite values with a fractional part.
        var fractional = 0
        var positiveInfinite = 0
        var negativeInfinite = 0
        var histogram: FixedHistogram?
    }

    package init(histogram: FixedHistogram? = nil) { state = State(histogram: histogram) }

    init(state: State) { self.state = state }

    package var moments: Moments { finished.moments }
    package var quantiles: QuantileSketch { finished.quantiles }
    package var histogram: FixedHistogram? { finished.histogram }
    package var fractional: Int { finished.fractional }
    package var positiveInfinite: Int { state.positiveInfinite }
    package var negativeInfinite: Int { state.negativeInfinite }
    package var infinite: Int { state.positiveInfinite + state.negativeInfinite }
    /// Finite values.
    package var count: Int { state.moments.count + pending.count }

    /// Distinct finite values: exact, or an estimate with a relative standard error of 1.6 %.
    package var distinct: (count: Int, isExact: Bool) {
        let state = finished
        guard let sketch = state.distinct else { return (state.quantiles.size, state.quantiles.isExact) }
        // The exact table was given up because there were more than it holds.
        let least = QuantileSketch.exactCapacity + 1
        return (min(state.moments.count, max(Int(sketch.estimate.rounded()), least)), false)
    }

    /// The state with the last, partial block worked in.
    var finished: State {
        guard !pending.isEmpty else { return state }
        var copy = self
        copy.finish()
        return copy.state
    }

    /// Works the partial block in. Reading does so on a copy, so call this once before reading repeatedly.
    package mutating func finish() {
        guard !pending.isEmpty else { return }
        let count = pending.count
        var scratch = [Double](repeating: 0, count: count)
        pending.withUnsafeMutableBufferPointer { block in
            scratch.withUnsafeMutableBufferPointer { state.update(block, scratch: $0.baseAddress) }
        }
        pending = []
    }

    /// Adds rows. NaN is a missing value.
    /// - Returns: how many values are missing.
    package mutating func update(_ values: UnsafeBufferPointer<Double>) -> Int {
        guard pending.count + values.count >= Self.blockSize else { return collect(values) }
        var missing = 0
        var scratch = [Double](repeating: 0, count: Self.blockSize)
        var block = [Double](repeating: 0, count: Self.blockSize)
        var filled = pending.count
        block.withUnsafeMutableBufferPointer { block in
            for (index, value) in pending.enumerated() { block[index] = value }
            scratch.withUnsafeMutableBufferPointer { scratch in
                for value in values {
                    // NaN and infinities are the only numbers whose difference from themselves is not zero.
                    if value - value == 0 {
                        // Minus zero plus zero is zero: one value, one bit pattern.
                        block[filled] = value + 0.0
                        filled &+= 1
                        if filled == Self.blockSize {
                            state.update(block, scratch: scratch.baseAddress)
                            filled = 0
                        }
                    } else if value.isNaN {
                        missing &+= 1
                    } else if value > 0 {
                        state.positiveInfinite += 1
                    } else {
                        state.negativeInfinite += 1
                    }
                }
            }
        }
        pending = Array(block[0..<filled])
        return missing
    }

    /// A few rows that cannot fill the block: no need for buffers.
    private mutating func collect(_ values: UnsafeBufferPointer<Double>) -> Int {
        var missing = 0
        for value in values {
            if value - value == 0 {
                pending.append(value + 0.0)
            } else if value.isNaN {
                missing += 1
            } else if value > 0 {
                state.positiveInfinite += 1
            } else {
                state.negativeInfinite += 1
            }
        }
        return missing
    }

    package mutating func merge(_ other: NumericProfile) throws(Failure) {
        finish()
        let other = other.finished
        var merged = state
        switch (merged.histogram, other.histogram) {
        case (.some, .some(let histogram)): try merged.histogram!.merge(histogram)
        case (.none, .some(let histogram)) where merged.moments.count == 0: merged.histogram = histogram
        case (.some, .none) where other.moments.count == 0: break
        case (.none, .none): break
        default: throw Failure(.conflict, "only one of the two profiles has a histogram of this column")
        }
        if merged.distinct == nil, other.distinct != nil { merged.distinct = merged.quantiles.hashed() }
        if var sketch = merged.distinct {
            sketch.merge(other.distinct ?? other.quantiles.hashed())
            merged.distinct = sketch
        }
        let wereTables = merged.quantiles.isTable && other.quantiles.isTable
        let own = merged.quantiles
        merged.quantiles.merge(other.quantiles)
        if wereTables, !merged.quantiles.isTable, merged.distinct == nil {
            var sketch = own.hashed()
            sketch.merge(other.quantiles.hashed())
            merged.distinct = sketch
        }
        merged.moments.merge(other.moments)
        merged.fractional += other.fractional
        merged.positiveInfinite += other.positiveInfinite
        merged.negativeInfinite += other.negativeInfinite
        state = merged
    }
}

extension NumericProfile: Equatable {
    package static func == (left: NumericProfile, right: NumericProfile) -> Bool { left.finished == right.finished }
}

extension NumericProfile.State {
    /// Adds one block of finite values, which is left sorted.
    mutating func update(_ block: UnsafeMutableBufferPointer<Double>, scratch: UnsafeMutablePointer<Double>?) {
        moments.update(UnsafeBufferPointer(block))
        fractional += steward_count_fractional(block.baseAddress, block.count)
        steward_sort_block(block.baseAddress, scratch, block.count)
        let sorted = UnsafeBufferPointer(block)
        histogram?.update(ascending: sorted)
        // Hash the table before it is given up, then only what comes after it.
        if distinct == nil {
            let before = quantiles
            quantiles.update(ascending: sorted)
            if !quantiles.isTable {
                distinct = before.hashed()
                distinct!.update(sorted)
            }
        } else {
            quantiles.update(ascending: sorted)
            distinct!.update(sorted)
        }
    }
}

extension QuantileSketch {
    /// The distinct values that are held as a HyperLogLog: all of them while the sketch is exact.
    func hashed() -> HyperLogLog {
        var sketch = HyperLogLog.zero
        sketch.update(values)
        for level in levels { sketch.update(level.items) }
        return sketch
    }
}
