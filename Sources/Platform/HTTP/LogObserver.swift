package import Core
package import Logging

/// Writes failures to the log.
package struct LogObserver: RequestObserver {
    let logger: Logger

    package init(logger: Logger) { self.logger = logger }

    package func finished(_ record: RequestRecord) {}

    package func failed(_ failure: Failure, requestID: String) {
        logger.error(
            "request failed",
            metadata: ["request": "\(requestID)", "message": "\(failure.message)", "cause": "\(failure.cause ?? "")"])
    }
}
