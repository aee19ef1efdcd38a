internal import Core

/// The two-sample statistics of scipy 1.17 under their own names, and Steward's population stability index.
package enum SciPyMethods {
    /// Every method, in the order of the reference page.
    package static let all: [Method] = numeric + distances + categorical + [populationStability]

    static let tool = "scipy 1.17.1"

    /// A method on numbers.
    static func onNumbers(
        _ name: String, _ title: String, definition: String, source: String,
        _ compute: @escaping @Sendable (NumericSample, NumericSample, inout MethodResult) throws(Failure) -> Void
    ) -> Method {
        Method(name: name, title: title, definition: definition, source: source, kinds: [.num]) { pair, settings in
            var result = MethodResult(method: name)
            guard case .numeric(let reference, let current) = pair.values else {
                result.error = "\(name) needs numbers"
                return result
            }
            guard reference.count > 0, current.count > 0 else {
                result.error = "no values on the \(reference.count == 0 ? "reference" : "current") side"
                return result
            }
            do throws(Failure) {
                try compute(reference, current, &result)
            } catch {
                result.error = error.message
            }
            judge(&result, settings)
            return result
        }
    }

    /// A method on category counts.
    static func onCategories(
        _ name: String, _ title: String, definition: String, source: String,
        _ compute: @escaping @Sendable (CategoryCounts, inout MethodResult) throws(Failure) -> Void
    ) -> Method {
        Method(name: name, title: title, definition: definition, source: source, kinds: [.cat, .bool]) {
            pair, settings in
            var result = MethodResult(method: name)
            guard case .categorical(let counts, _, _) = pair.values else {
                result.error = "\(name) needs categories"
                return result
            }
            guard counts.referenceTotal > 0, counts.currentTotal > 0 else {
                result.error = "no values on the \(counts.referenceTotal == 0 ? "reference" : "current") side"
                return result
            }
            do throws(Failure) {
                try compute(counts, &result)
            } catch {
                result.error = error.message
            }
            judge(&result, settings)
            return result
        }
    }

    /// scipy itself decides nothing: there is a decision only where the user names a level or a threshold.
    private static func judge(_ result: inout MethodResult, _ settings: MethodSettings) {
        guard result.error == nil else {
            result.statistic = nil
            result.pValue = nil
            return
        }
        if let pValue = result.pValue {
            result.score = pValue
            if let alpha = settings.alpha {
                result.threshold = alpha
                result.drifted = pValue < alpha
            }
        } else if let statistic = result.statistic {
            result.score = statistic
            if let threshold = settings.threshold {
                result.threshold = threshold
                result.drifted = statistic > threshold
            }
        }
    }

    static func fill(_ result: inout MethodResult, _ test: TestResult) {
        result.statistic = test.statistic
        result.pValue = test.pValue
    }
}
