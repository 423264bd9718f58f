internal import Synchronization

/// A connection to one server: an actor pinned to a thread of its own, on which the C library blocks.
///
/// It connects on first use, and again on the next use after an error of the connection. That the server closed an idle
/// connection is noticed before anything is sent, so it costs no command.
///
/// One call is one visit to the thread, calls wait for each other, and cancelling the caller's task cuts none of them
/// short: a blocking command ends with its `BLOCK`, with `CLIENT UNBLOCK` from another connection, or with the response
/// timeout.
public actor Connection {
  /// Where it connects to.
  public nonisolated let url: RedisURL
  /// How it behaves.
  public nonisolated let options: ConnectionOptions
  /// The server's number for this connection, for `CLIENT UNBLOCK` and `CLIENT KILL` from another one; `nil` while not
  /// connected, and where the user may not ask for it. It can be read while the connection waits for a reply.
  public nonisolated var clientID: Int? {
    let number = currentClientID.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
  /// How often it has connected: a change means that what the server keeps per connection was lost.
  public private(set) var connectCount = 0

  private nonisolated let thread: ConnectionThread
  /// 0 for none: the server counts from 1.
  private nonisolated let currentClientID = Atomic(0)
  private var context: Context?
  /// Replies that were asked for with ``write(_:)`` and not received yet.
  private var repliesDue = 0

  /// A connection that is not open yet.
  public init(_ url: RedisURL, options: ConnectionOptions = ConnectionOptions()) {
    self.url = url
    self.options = options
    thread = ConnectionThread(name: options.clientName.map { "redis \($0)" } ?? "redis")
  }

  deinit {
    thread.stop()
  }

  /// The connection's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Whether it is open, as far as is known without asking the server.
  public var isConnected: Bool { context != nil }

  /// Connects and logs in, unless it is open already.
  ///
  /// - Throws: A ``RedisError`` that names the server, and the step that it refused; nothing was executed.
  public func connect() throws(RedisError) {
    if repliesDue == 0, context?.isStale == true { close() }
    guard context == nil else { return }
    let found = try ServerSearch(url: url, options: options).open()
    currentClientID.store(found.greeting.clientID ?? 0, ordering: .relaxed)
    let opened = found.context
    context = consume opened
    connectCount += 1
  }

  /// Closes the connection; the next call opens it again.
  public func close() {
    context = nil
    currentClientID.store(0, ordering: .relaxed)
    repliesDue = 0
  }

  /// Sends commands with one write and waits for all their replies.
  ///
  /// - Returns: A reply per command, in order. Where the server answered a command with an error, the reply holds it.
  /// - Throws: A ``RedisError`` of the connection, which is then closed.
  public func send(_ commands: Commands) throws(RedisError) -> Replies {
    precondition(repliesDue == 0, "replies to written commands are still to be received")
    try write(commands)
    return try receive(commands.count)
  }

  /// Sends commands, but only over the connection that was made as the given one of all: for what must not be said by a
  /// connection that another party did not know of when it closed the earlier one.
  ///
  /// - Parameters:
  ///   - commands: sent with one write.
  ///   - connectCount: ``connectCount`` when that connection was in use.
  /// - Throws: `connectionClosed` if there has been another since, or it is gone; nothing was executed then.
  public func send(_ commands: Commands, overConnection connectCount: Int) throws(RedisError) -> Replies {
    precondition(repliesDue == 0, "replies to written commands are still to be received")
    precondition(commands.isComplete, "a command is unfinished")
    guard context != nil, connectCount == self.connectCount else {
      throw RedisError(.connectionClosed, "the connection was closed", endpoint: url.description)
    }
    try writeConnected(commands)
    return try receive(commands.count)
  }

  /// Sends one command and waits for its reply.
  ///
  /// - Throws: The server's error where it answers with one, or an error of the connection, which is then closed.
  public func call(_ arguments: String...) throws(RedisError) -> Reply {
    try call(arguments)
  }

  /// Sends one command and waits for its reply.
  ///
  /// - Throws: The server's error where it answers with one, or an error of the connection, which is then closed.
  public func call(_ arguments: [String]) throws(RedisError) -> Reply {
    var command = Commands()
    command.append(arguments)
    return try call(command)
  }

  /// Sends one encoded command and waits for its reply.
  ///
  /// - Throws: The server's error where it answers with one, or an error of the connection, which is then closed.
  public func call(_ command: Commands) throws(RedisError) -> Reply {
    precondition(command.count == 1, "call sends exactly one command")
    precondition(repliesDue == 0, "replies to written commands are still to be received")
    try write(command)
    let reply = try receive(1).only()
    if var error = reply.error {
      error.endpoint = url.description
      throw error
    }
    return reply
  }

  /// Sends commands with one write and returns without waiting: ``receive(_:)`` gets the replies later, in order.
  ///
  /// - Throws: A ``RedisError`` of the connection, which is then closed; replies not received yet are lost.
  public func write(_ commands: Commands) throws(RedisError) {
    precondition(commands.isComplete, "a command is unfinished")
    guard commands.count > 0 else { return }
    try connect()
    try writeConnected(commands)
  }

  /// Sends commands with one write and waits for the next `count` replies, to them and to what was written before: one visit to the
  /// thread.
  ///
  /// - Throws: A ``RedisError`` of the connection, which is then closed; `connectionClosed` also where the connection
  ///   was closed since the earlier commands were written.
  public func write(_ commands: Commands, receiving count: Int) throws(RedisError) -> Replies {
    try write(commands)
    return try receive(count)
  }

  private func writeConnected(_ commands: Commands) throws(RedisError) {
    do throws(RedisError) {
      try context?.write(commands)
      repliesDue += commands.count
    } catch {
      close()
      throw error
    }
  }

  /// Waits for the replies to the next `count` commands that were written.
  ///
  /// - Throws: A ``RedisError`` of the connection, which is then closed; `connectionClosed` also where the connection
  ///   was closed since the commands were written.
  public func receive(_ count: Int) throws(RedisError) -> Replies {
    guard count <= repliesDue else {
      throw RedisError(
        .connectionClosed, "closed before the replies came", endpoint: url.description, mayHaveExecuted: true)
    }
    guard count > 0 else { return Replies(capacity: 0, in: try ReplyMemory()) }
    do throws(RedisError) {
      guard let replies = try context?.read(count) else { throw RedisError(.connectionClosed, "not connected") }
      repliesDue -= count
      return replies
    } catch {
      close()
      throw error
    }
  }
}
