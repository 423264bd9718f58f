/// A node of a cluster, and the way to it.
///
/// One that can't be reached is left alone for a while, so that those who ask for others too are not kept waiting by it again and again.
final class ClusterNode {
  let address: RedisURL.Address
  private let url: RedisURL
  private let options: ConnectionOptions
  private let changes: ClusterChanges
  private var context: Context?
  /// The node's number for the connection; `nil` while there is none, and where it doesn't tell.
  private(set) var clientID: Int?
  /// Until when it isn't tried again, and why.
  private var silence: (end: ContinuousClock.Instant, reason: RedisError)?

  /// - Parameter changes: counts how often it is connected, and is not any more.
  init(_ address: RedisURL.Address, of url: RedisURL, options: ConnectionOptions, counting changes: ClusterChanges) {
    self.address = address
    self.url = url
    self.options = options
    self.changes = changes
  }

  /// A node that is connected to.
  convenience init(
    _ found: consuming ServerSearch.Found, of url: RedisURL, options: ConnectionOptions,
    counting changes: ClusterChanges
  ) {
    self.init(found.address, of: url, options: options, counting: changes)
    take(found)
  }

  /// What errors and logs call it.
  var name: String { url.place(address) }

  var isOpen: Bool { context != nil }

  /// Notices that the node has closed the connection, while no reply is due.
  func closeIfStale() {
    if context?.isStale == true { close() }
  }

  /// Connects and logs in.
  func open() throws(RedisError) {
    if let silence, silence.end > .now { throw silence.reason }
    let start = ContinuousClock.now
    do throws(RedisError) {
      let found = try ServerSearch(url: url, options: options).connect(to: address)
      guard found.greeting.mode == .cluster else {
        throw RedisError(.clusterUnavailable, "it belongs to no cluster any more", endpoint: name)
      }
      take(found)
      silence = nil
    } catch {
      let now = ContinuousClock.now
      silence = (now + max(Self.shortestSilence, (now - start) * 4), error)
      throw error
    }
  }

  private static let shortestSilence = Duration.milliseconds(50)

  private func take(_ found: consuming ServerSearch.Found) {
    clientID = found.greeting.clientID
    let opened = found.context
    context = consume opened
    changes.count += 1
  }

  func close() {
    if isOpen { changes.count += 1 }
    context = nil
    clientID = nil
  }

  /// Sends commands to the open node; an error closes it.
  func write(_ commands: borrowing Commands) throws(RedisError) {
    do throws(RedisError) {
      guard context != nil else { throw closed }
      try context?.write(commands)
    } catch {
      close()
      throw error
    }
  }

  /// Waits for the next reply and adds it to others; an error closes it.
  func read(into replies: inout Replies) throws(RedisError) {
    do throws(RedisError) {
      guard context != nil else { throw closed }
      try context?.read(1, into: &replies)
    } catch {
      if error.code == .timeout { silence = (.now + options.responseTimeout * 4, error) }
      close()
      throw error
    }
  }

  /// Asks the open node who has which slots.
  func slots() throws(RedisError) -> SlotMap {
    var question = Commands()
    question.append("CLUSTER", "SLOTS")
    var answer = Replies(capacity: 1, in: try ReplyMemory())
    try write(question)
    try read(into: &answer)
    do throws(RedisError) {
      let map = try SlotMap(answer[0], from: address)
      guard !map.nodes.isEmpty else { throw RedisError(.clusterUnavailable, "the cluster's slots belong to nobody") }
      return map
    } catch {
      var error = error
      error.endpoint = name
      throw error
    }
  }

  /// Why nothing can be sent where nobody may connect.
  var closed: RedisError {
    silence?.reason ?? RedisError(.connectionClosed, "the connection was closed", endpoint: name)
  }
}
