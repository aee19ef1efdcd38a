/// Where the true effect can lie, given a noisy one that is never negative.
///
/// The estimate is a length |truth + noise|, so it is too large on average, most of all when nothing changed. The
/// interval therefore asks for every candidate size w which lengths |w * direction + noise| the noise produces, and
/// keeps the candidates that make the observed length unremarkable on either side (inversion of two one-sided tests).
/// The unknown direction of the truth matters: a change in a few places adds to the noise, one spread like the noise
/// itself hides in it.
/// So the lower end uses the change that was seen (for categories: where it stands out), the upper end also the
/// direction that hides best, and the larger answer counts.
enum EffectInterval {
    /// Directions have absolute sum 1, or are all zero where there is nothing to point at.
    struct Directions {
        /// For the lower end.
        var concentrated: [Double]
        /// For the upper end, both.
        var seen: [Double]
        var hidden: [Double]
    }

    /// - Parameters:
    ///   - still: the noise had nothing changed; the lower end is 0 when this explains the estimate.
    ///   - moving: the noise of the two samples as they are.
    static func invert(
        estimate: Double, directions: Directions, still: NoiseProcess, moving: NoiseProcess, confidence: Double
    ) -> ClosedRange<Double> {
        let tail = (1 - confidence) / 2
        let nothing = [Double](repeating: 0, count: directions.seen.count)
        let rest = moving.lengths(shift: 0, direction: nothing)
        let reach = estimate + 2.5 * NoiseProcess.quantile(rest, 1 - tail)
        guard reach > 0 else { return 0...0 }
        var lower = 0.0
        if NoiseProcess.quantile(still.lengths(shift: 0, direction: nothing), 1 - tail) < estimate {
            lower = crossing(estimate, to: estimate, moving, directions.concentrated, 1 - tail)
        }
        var upper = crossing(estimate, to: reach, moving, directions.hidden, tail)
        if estimate > 0 { upper = max(upper, crossing(estimate, to: reach, moving, directions.seen, tail)) }
        // An estimate that happens to be next to nothing does not exclude what noise alone can hide.
        upper = max(upper, NoiseProcess.quantile(rest, confidence) - NoiseProcess.quantile(rest, 1 - confidence))
        return min(lower, upper)...upper
    }

    /// The shift at which the p-quantile of the length passes the estimate.
    private static func crossing(
        _ estimate: Double, to: Double, _ noise: NoiseProcess, _ direction: [Double], _ p: Double
    ) -> Double {
        var (low, high) = (0.0, to)
        for _ in 0..<11 {
            let middle = (low + high) / 2
            if NoiseProcess.quantile(noise.lengths(shift: middle, direction: direction), p) < estimate {
                low = middle
            } else {
                high = middle
            }
        }
        return (low + high) / 2
    }
}
