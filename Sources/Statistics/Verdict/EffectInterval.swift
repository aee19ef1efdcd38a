/// Where the true effect can lie, given a noisy one that is never negative.
///
/// The estimate is a length |truth + noise|, so it is too large on average, most of all when nothing changed. The interval
/// therefore asks for every candidate size w which lengths |w * direction + noise| the noise produces, and keeps the
/// candidates that make the observed length unremarkable on either side (inversion of two one-sided tests). The unknown
/// direction is taken from the data; for the upper end also as the shape that hides an effect best, and the larger answer
/// counts.
enum EffectInterval {
    /// - Parameters:
    ///   - direction: the observed differences, scaled to absolute sum 1; all zero when there is no difference.
    ///   - plain: a second candidate for the upper end, scaled alike.
    static func invert(
        estimate: Double, direction: [Double], plain: [Double], noise: NoiseProcess, confidence: Double
    ) -> ClosedRange<Double> {
        let tail = (1 - confidence) / 2
        let still = noise.lengths(shift: 0, direction: direction)
        let reach = estimate + 2 * NoiseProcess.quantile(still, 1 - tail)
        guard reach > 0 else { return 0...0 }
        var lower = 0.0
        if NoiseProcess.quantile(still, 1 - tail) < estimate {
            lower = crossing(estimate, from: 0, to: estimate, noise, direction, 1 - tail)
        }
        var upper = crossing(estimate, from: 0, to: reach, noise, plain, tail)
        if estimate > 0 { upper = max(upper, crossing(estimate, from: 0, to: reach, noise, direction, tail)) }
        return min(lower, upper)...upper
    }

    /// The shift at which the p-quantile of the length passes the estimate.
    private static func crossing(
        _ estimate: Double, from: Double, to: Double, _ noise: NoiseProcess, _ direction: [Double], _ p: Double
    ) -> Double {
        var (low, high) = (from, to)
        for _ in 0..<12 {
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
