import NIOCore

/// Runs tasks on the thread of an event loop. What such a task waits for wakes that thread alone, and when it goes on
/// it may touch the loop's connections at once.
///
/// As everywhere in tasks, nothing may block there: the database and the disk have threads of their own.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
