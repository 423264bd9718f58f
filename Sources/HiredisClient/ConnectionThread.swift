internal import CSystemCalls

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A serial executor with a thread of its own, which may block: what a connection's actor runs on.
///
/// The thread keeps the executor alive until ``stop()``, which whoever created the executor calls when nothing will be
/// enqueued any more.
///
/// `@unchecked Sendable`: all mutable state is read and written with `mutex` held.
final class ConnectionThread: SerialExecutor, @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []
  private var isStopped = false
  private var thread: pthread_t?
  private let name: String

  /// Enough for name resolution, the deepest stack a connection needs; some C libraries' default is smaller.
  private static let stackSize = 512 * 1024

  /// Starts the thread.
  ///
  /// - Parameter name: The client's, if it has one: debuggers and `ps -T` show `redis NAME`; Linux the first 15 bytes of that.
  init(ofClient name: String?) {
    self.name = name.map { "redis \($0)" } ?? "redis"
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
    start()
  }

  deinit {
    pthread_cond_destroy(wakeUp)
    pthread_mutex_destroy(mutex)
    wakeUp.deallocate()
    mutex.deallocate()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    locked { jobs.append(job) }
    pthread_cond_signal(wakeUp)
  }

  func isIsolatingCurrentContext() -> Bool? {
    guard let thread = locked({ thread }) else { return false }
    return pthread_equal(thread, pthread_self()) != 0
  }

  func checkIsolated() {
    precondition(isIsolatingCurrentContext() == true, "not on the connection's thread")
  }

  /// Lets the thread end once it has run what is enqueued.
  func stop() {
    locked { isStopped = true }
    pthread_cond_signal(wakeUp)
  }

  private func start() {
    let status = Self.startDetached(Unmanaged.passRetained(self).toOpaque())
    // The process is out of threads: the runtime could not go on either, and no caller could be told.
    precondition(status == 0, "cannot start a thread for a Redis connection: error \(status)")
  }

  private static func startDetached(_ executor: UnsafeMutableRawPointer) -> Int32 {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, stackSize)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, &attributes, runConnectionThread, executor)
    pthread_attr_destroy(&attributes)
    return status
  }

  fileprivate func run() {
    rides_name_this_thread(String(decoding: name.utf8.prefix(15), as: UTF8.self))
    // It waits for the server most of the time, and the server for it: what it does must not wait for those who compute.
    rides_run_in_short_slices(100_000)
    locked { thread = pthread_self() }
    let executor = asUnownedSerialExecutor()
    var batch: [UnownedJob] = []
    while true {
      pthread_mutex_lock(mutex)
      while jobs.isEmpty, !isStopped { pthread_cond_wait(wakeUp, mutex) }
      swap(&batch, &jobs)
      pthread_mutex_unlock(mutex)
      if batch.isEmpty { return }
      for job in batch { job.runSynchronously(on: executor) }
      batch.removeAll(keepingCapacity: true)
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

#if canImport(Darwin)
  private func runConnectionThread(_ executor: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ConnectionThread>.fromOpaque(executor).takeRetainedValue().run()
    return nil
  }
#else
  private func runConnectionThread(_ executor: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let executor else { return nil }
    Unmanaged<ConnectionThread>.fromOpaque(executor).takeRetainedValue().run()
    return nil
  }
#endif
