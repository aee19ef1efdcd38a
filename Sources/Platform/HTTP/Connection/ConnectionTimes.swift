import Core
import NIOCore

/// Keeping clients to their time.
extension Connection {
    /// Called four times a second.
    func check(_ now: NIODeadline) {
        if isTakingTooLong(now) { return timeOut() }
        switch phase {
        case .waiting(let since):
            if let stopping = table.stopping {
                if isPast(max(since, stopping), ConnectionLimits.quietTime, now) { close() }
            } else if isPast(since, table.limits.idleTime, now) {
                close()
            }
        case .head(let since):
            guard isPast(since, table.limits.headTime, now) else { break }
            table.figures.countTimedOut()
            // In the middle of a handshake there is no way to say anything.
            if isTLS { return close() }
            answerWithoutHead(Failure(.invalid, "the head of the request took too long"), 408)
        case .exchange(let exchange):
            guard !exchange.isRequestComplete, exchange.intakePace.isTooSlow(now) else { break }
            table.figures.countTimedOut()
            let failure = Failure(.invalid, "the body of the request came too slowly")
            if exchange.isReplyBegun { return close() }
            refuse(exchange, failure, 408)
            if case .stream(let stream) = exchange.intake { stream.fail(failure) }
            exchange.task?.cancel()
            advance()
        case .lingering(let since): if isPast(since, table.limits.lingerTime, now) { close() }
        case .closed: break
        }
    }

    private func isPast(_ since: NIODeadline, _ limit: Duration, _ now: NIODeadline) -> Bool {
        (now - since).nanoseconds >= limit.nanoseconds
    }

    /// Whether the client takes what was written to it too slowly.
    private func isTakingTooLong(_ now: NIODeadline) -> Bool {
        countBacklog(now)
        guard let behind else {
            replyPace.stopWaiting(now)
            return false
        }
        replyPace.startWaiting(now)
        // Whoever still reads is not idle.
        if case .waiting = phase { phase = .waiting(since: now) }
        if case .lingering = phase { phase = .lingering(since: now) }
        return replyPace.isTooSlow(now) || isPast(behind.since, table.limits.takeTime, now)
    }

    /// Sees how much of what was written waits for the client.
    func countBacklog(_ now: NIODeadline) {
        let waiting = (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        table.figures.answers.add(waiting - backlog)
        backlog = waiting
        replyPace.count(written - waiting - taken)
        taken = written - waiting
        if let behind, taken < behind.written { return }
        behind = waiting > 0 ? (written, now) : nil
    }

    private func timeOut() {
        table.figures.countTimedOut()
        close()
    }
}
