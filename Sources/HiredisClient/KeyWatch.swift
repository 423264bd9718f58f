#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Hears when keys change that another connection to a cluster has asked for with ``Commands/watch(_:)``, whichever nodes they are on: what
/// no command can wait for there, as none may touch the keys of two slots.
///
/// It is a second connection to each node, because answers and news can't share one. A node tells once of each key that was asked for,
/// whoever changes it and however: nobody who writes needs to know of it, and while nothing is asked for it costs nobody anything. See
/// [client-side caching](https://redis.io/docs/latest/develop/reference/client-side-caching/).
public actor KeyWatch {
  private let url: RedisURL
  private let options: ConnectionOptions
  private nonisolated let thread: ConnectionThread
  private nonisolated let interruption = Interruption()
  private var lines: [WatchLine] = []

  /// A watch that listens to nothing yet.
  ///
  /// - Parameters:
  ///   - url: how to log in to the nodes.
  ///   - options: of its connections.
  public init(_ url: RedisURL, options: ConnectionOptions) {
    self.url = url
    self.options = options
    thread = ConnectionThread(ofClient: options.clientName)
  }

  deinit {
    thread.stop()
  }

  /// The watch's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Listens on each master of a connection's cluster for what that connection asks for, for as long as that is not made anew.
  ///
  /// - Throws: Why one of them can't be listened to: whoever reads must ask again and again then. None is listened to.
  public func listen(for connection: Connection) async throws(RedisError) {
    lines = []
    do throws(RedisError) {
      for server in try await connection.masters() {
        let line = try WatchLine(to: server, of: url, options: options)
        _ = try await connection.call(
          ["CLIENT", "TRACKING", "ON", "REDIRECT", "\(line.clientID)", "OPTIN"], at: server)
        lines.append(line)
      }
    } catch {
      lines = []
      throw error
    }
  }

  /// Waits until keys have changed, ``interrupt()`` is called, or the time is over.
  public func changes(within time: Duration) -> KeyChanges {
    let waitsUntil = ContinuousClock.now + time
    var changes = KeyChanges.some([])
    repeat {
      let left = max(.zero, waitsUntil - .now)
      var waiting = [pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0)]
      for line in lines { waiting.append(pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0)) }
      let milliseconds = Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up)))
      guard poll(&waiting, nfds_t(waiting.count), milliseconds) > 0 else { continue }
      for (line, state) in zip(lines, waiting.dropFirst()) where state.revents != 0 { line.hear(&changes) }
      if waiting[0].revents != 0 {
        interruption.clear()
        return changes
      }
    } while changes.isEmpty && .now < waitsUntil
    if case .unknown = changes { lines = [] }
    return changes
  }

  /// Ends the wait for changes, or the next.
  public nonisolated func interrupt() { interruption.set() }
}
