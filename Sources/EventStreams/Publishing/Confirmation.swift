import Redis
import Synchronization

/// Waits until others than the server have what a connection wrote last.
final class Confirmation: Sendable {
  private let wanted: Acknowledgement
  /// The most replicas that were connected at once: one that is cut off is missed, not forgotten.
  private let mostReplicas = Mutex(1)

  init(_ wanted: Acknowledgement) {
    self.wanted = wanted
  }

  /// Appends to what publishes a write, and the question who has it.
  ///
  /// The server answers for what *this connection* wrote last. Where all events are there already, by a connection that is gone, that
  /// is nothing, and it would answer at once.
  ///
  /// - Parameter key: whatever is written expires at once.
  func append(to commands: inout Commands, writing key: String) {
    commands.append("SET", key, "1", "PX", "1000")
    if wanted.kind == .all { commands.append("INFO", "replication") }
    appendQuestion(to: &commands)
  }

  private func appendQuestion(to commands: inout Commands) {
    let patience = String(Self.turn.wholeMilliseconds)
    switch wanted.kind {
    case .replicas, .all: commands.append("WAIT", String(count), patience)
    case .fsync: commands.append("WAITAOF", "1", "0", patience)
    }
  }

  /// How many must confirm.
  private var count: Int {
    switch wanted.kind {
    case .replicas(let count): count
    case .all: mostReplicas.withLock { $0 }
    case .fsync: 1
    }
  }

  /// Takes in the last answers, to what `append` has appended, and asks again until all is confirmed.
  ///
  /// - Throws: `Unconfirmed` if it isn't in time.
  func finish(_ replies: borrowing Replies, events: Int, start: ContinuousClock.Instant, on connection: Connection)
    async throws
  {
    if wanted.kind == .all { learn(replies[replies.count - 2].lossyText) }
    var confirmed = try Self.confirmed(replies[replies.count - 1])
    // Another connection would be asked about what it has written itself: nothing.
    let connectCount = await connection.connectCount
    while confirmed < count {
      guard ContinuousClock.now - start < wanted.timeout else {
        throw Unconfirmed(
          events: events, wanted: count, confirmed: confirmed, timeout: wanted.timeout, isDisk: wanted.kind == .fsync)
      }
      var question = Commands()
      appendQuestion(to: &question)
      confirmed = try Self.confirmed(try await connection.send(question, overConnection: connectCount))
    }
  }

  private static func confirmed(_ replies: borrowing Replies) throws -> Int { try confirmed(replies[0]) }

  private static func confirmed(_ reply: ReplyNode) throws -> Int {
    // Of a disk and of replicas.
    try reply.kind == .array ? reply[0].integer() : reply.integer()
  }

  private func learn(_ information: String) {
    for line in information.split(whereSeparator: \.isNewline) where line.hasPrefix("connected_slaves:") {
      guard let connected = Int(line.dropFirst("connected_slaves:".count)) else { continue }
      mostReplicas.withLock { $0 = max($0, connected) }
    }
  }

  /// How long one question waits: the connection must not take the server for dead, and a longer wait is asked for again.
  private static let turn: Duration = .milliseconds(500)
}
