#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lets threads through in the order of their tickets: 0, 1, 2, ... Each waits for its turn and then calls the next.
final class Turnstile: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var turn = 0

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        condition.deallocate()
    }

    /// Runs `body` while no other thread is inside `exclusively` or changes the turn.
    func exclusively<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    func wait(for ticket: Int) {
        pthread_mutex_lock(mutex)
        while turn != ticket { pthread_cond_wait(condition, mutex) }
        pthread_mutex_unlock(mutex)
    }

    func callNext() {
        pthread_mutex_lock(mutex)
        turn += 1
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
