internal import Synchronization

/// A connection to one server, or to the nodes of a cluster as if they were one: an actor pinned to a thread of its own, on which the C
/// library blocks.
///
/// Which of the two it is, the server says. In a cluster a command goes to the node that has its key; one without a key goes to where the one
/// before it in the same pipeline went, or to any master. Keys of one command must be of one ``Slot``.
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
  /// connected, and where the user may not ask for it. It can be read while the connection waits for a reply. Of a cluster's nodes it is
  /// that of the one that commands without a key go to.
  public nonisolated var clientID: Int? { clientNumbers.id(for: nil) }

  /// What servers call this connection now, as ``clientID``.
  public nonisolated var clientNumbers: ClientNumbers { clients.withLock { $0 } }

  /// How often it has connected: a change means that what the server keeps per connection was lost. In a cluster it also changes when a node is lost, and when
  /// slots are found on another node than before.
  public private(set) var connectCount = 0

  private nonisolated let thread: ConnectionThread
  private nonisolated let clients = Mutex(ClientNumbers())
  /// To a single server.
  private var context: Context?
  /// Where that is, which of a URL's hosts or a Sentinel's masters it may be.
  private var address: RedisURL.Address?
  private var cluster: Cluster?
  /// Replies that were asked for with ``write(_:)`` and not received yet.
  private var repliesDue = 0
  /// What is measured; made with the first call, so that whoever measures may say so until then.
  private lazy var timers = CommandTimers()

  /// A connection that is not open yet.
  public init(_ url: RedisURL, options: ConnectionOptions = ConnectionOptions()) {
    self.url = url
    self.options = options
    thread = ConnectionThread(ofClient: options.clientName)
  }

  deinit {
    thread.stop()
  }

  /// The connection's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Whether it is open, as far as is known without asking the server.
  public var isConnected: Bool { context != nil || cluster != nil }

  /// Whether it leads to a cluster; false before it has connected.
  public var isCluster: Bool { cluster != nil }

  /// Connects and logs in, unless it is open already; in a cluster to every master that can be reached.
  ///
  /// - Throws: A ``RedisError`` that names the server, and the step that it refused; nothing was executed.
  public func connect() throws(RedisError) {
    if let cluster {
      guard repliesDue == 0 else { return }
      defer { note(cluster) }
      return try cluster.connect()
    }
    try find()
    if cluster != nil { try connect() }
  }

  /// Connects to the server, or to a first node of the cluster, unless that is so.
  private func find() throws(RedisError) {
    guard cluster == nil else { return }
    if repliesDue == 0, context?.isStale == true { close() }
    guard context == nil else { return }
    let found = try ServerSearch(url: url, options: options).open()
    let id = found.greeting.clientID
    address = found.address
    if found.greeting.mode == .cluster {
      let opened = try Cluster(found, url: url, options: options)
      cluster = opened
      note(opened)
    } else {
      clients.withLock { $0 = ClientNumbers(single: id) }
      let opened = found.context
      context = consume opened
      connectCount += 1
    }
  }

  /// What changes of a cluster are counted from.
  private var countBefore = 0

  /// Lets others know what has changed of a cluster.
  private func note(_ cluster: Cluster) {
    guard connectCount != countBefore + cluster.changes.count else { return }
    connectCount = countBefore + cluster.changes.count
    clients.withLock { $0 = ClientNumbers(nodes: cluster.clientIDs, map: cluster.map, home: cluster.home) }
  }

  /// Closes the connection; the next call opens it again.
  public func close() {
    context = nil
    cluster?.close()
    cluster = nil
    countBefore = connectCount
    clients.withLock { $0 = ClientNumbers() }
    repliesDue = 0
  }

  // MARK: Cluster

  /// The servers that have keys: one, or the masters of a cluster.
  public func masters() throws(RedisError) -> [RedisURL.Address] {
    try find()
    return cluster?.map.nodes ?? [address ?? url.address]
  }

  /// Of keys one for each server that has some of them, with what that server is called.
  public func placed(_ keys: [String]) throws(RedisError) -> [(server: String, key: String)] {
    try find()
    guard let cluster else { return keys.last.map { [(url.description, $0)] } ?? [] }
    var placed: [RedisURL.Address: String] = [:]
    for key in keys {
      if let owner = cluster.map.owner(of: Slot(of: key).number) { placed[owner] = key }
    }
    return placed.map { (url.place($0.key), $0.value) }
  }

  /// The server that has a key; nil while none is known to.
  public func server(of key: String) throws(RedisError) -> RedisURL.Address? {
    try find()
    return cluster == nil ? address : cluster?.map.owner(of: Slot(of: key).number)
  }

  /// Sends one command without keys to the server that has a key.
  ///
  /// - Throws: The server's error where it answers with one, or an error of the connection.
  public func call(_ arguments: [String], near key: String) throws(RedisError) -> Reply {
    try find()
    guard let cluster, let owner = cluster.map.owner(of: Slot(of: key).number) else { return try call(arguments) }
    return try call(arguments, at: owner)
  }

  /// Sends one command to one of the ``masters()``, whatever its keys.
  ///
  /// - Throws: The server's error where it answers with one, or an error of the connection.
  public func call(_ arguments: [String], at server: RedisURL.Address) throws(RedisError) -> Reply {
    try find()
    guard let cluster else { return try call(arguments) }
    var command = Commands()
    command.append(arguments)
    defer { note(cluster) }
    return try checked(cluster.send(command, to: server).only())
  }

  /// Sends commands with one write and waits for all their replies.
  ///
  /// - Returns: A reply per command, in order. Where the server answered a command with an error, the reply holds it.
  /// - Throws: A ``RedisError`` of the connection, which is then closed.
  public func send(_ commands: Commands) throws(RedisError) -> Replies {
    precondition(repliesDue == 0, "replies to written commands are still to be received")
    precondition(commands.isComplete, "a command is unfinished")
    return try measuring(commands, commands.count) { connection throws(RedisError) in
      try connection.find()
      if let cluster = connection.cluster {
        defer { connection.note(cluster) }
        return try cluster.send(commands)
      }
      try connection.write(commands)
      return try connection.receive(commands.count)
    }
  }

  /// What a single command was refused with.
  private static func refusal(_ replies: borrowing Replies) -> RedisError? {
    replies.count == 1 ? replies[0].error : nil
  }

  /// Does what waits for replies, and measures it if somebody wants that.
  private func measuring(
    _ commands: Commands, _ count: Int, _ body: (isolated Connection) throws(RedisError) -> Replies
  ) throws(RedisError) -> Replies {
    guard timers != nil, count > 0 else { return try body(self) }
    let start = ContinuousClock.now
    do throws(RedisError) {
      let replies = try body(self)
      timers?.record(commands, count, since: start, Self.refusal(replies))
      return replies
    } catch {
      timers?.record(commands, count, since: start, error)
      throw error
    }
  }

  /// Sends commands, but only over the connection that was made as the given one of all: for what must not be said by a
  /// connection that another party did not know of when it closed the earlier one.
  ///
  /// In a cluster that goes for each node: a node that refers to another answers with that error, `MOVED` for example, and
  /// nothing is sent there.
  ///
  /// - Parameters:
  ///   - commands: sent with one write.
  ///   - connectCount: ``connectCount`` when that connection was in use.
  /// - Throws: `connectionClosed` if there has been another since, or it is gone; nothing was executed then.
  public func send(_ commands: Commands, overConnection connectCount: Int) throws(RedisError) -> Replies {
    precondition(repliesDue == 0, "replies to written commands are still to be received")
    precondition(commands.isComplete, "a command is unfinished")
    guard isConnected, connectCount == self.connectCount else {
      throw RedisError(.connectionClosed, "the connection was closed", endpoint: url.description)
    }
    return try measuring(commands, commands.count) { connection throws(RedisError) in
      if let cluster = connection.cluster {
        defer { connection.note(cluster) }
        return try cluster.send(commands, asItIs: true)
      }
      try connection.writeConnected(commands)
      return try connection.receive(commands.count)
    }
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
    return try checked(send(command).only())
  }

  private func checked(_ reply: consuming Reply) throws(RedisError) -> Reply {
    if var error = reply.error {
      error.endpoint = url.description
      throw error
    }
    return reply
  }

  /// Sends commands with one write and returns without waiting: ``receive(_:)`` gets the replies later, in order.
  ///
  /// To a cluster they are sent once those before them have been received, as what moves meanwhile is sent again.
  ///
  /// - Throws: A ``RedisError`` of the connection, which is then closed; replies not received yet are lost.
  public func write(_ commands: Commands) throws(RedisError) {
    precondition(commands.isComplete, "a command is unfinished")
    guard commands.count > 0 else { return }
    try find()
    guard let cluster else { return try writeConnected(commands) }
    cluster.write(commands)
    repliesDue += commands.count
  }

  /// Sends commands with one write and waits for the next `count` replies, to them and to what was written before: one visit to the
  /// thread.
  ///
  /// - Throws: A ``RedisError`` of the connection, which is then closed; `connectionClosed` also where the connection
  ///   was closed since the earlier commands were written.
  public func write(_ commands: Commands, receiving count: Int) throws(RedisError) -> Replies {
    try measuring(commands, count) { connection throws(RedisError) in
      try connection.write(commands)
      return try connection.receive(count)
    }
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

  /// Waits for the replies to the next `count` commands that were written; from a cluster for as many as were written at once, or several
  /// times.
  ///
  /// - Throws: A ``RedisError`` of the connection, which is then closed; `connectionClosed` also where the connection
  ///   was closed since the commands were written.
  public func receive(_ count: Int) throws(RedisError) -> Replies {
    guard count <= repliesDue else {
      throw RedisError(
        .connectionClosed, "closed before the replies came", endpoint: url.description, mayHaveExecuted: true)
    }
    guard count > 0 else { return Replies(capacity: 0, in: try ReplyMemory()) }
    if let cluster {
      repliesDue -= count
      defer { note(cluster) }
      do throws(RedisError) {
        return try cluster.receive(count)
      } catch {
        close()
        throw error
      }
    }
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
