import HiredisClient
import Synchronization

/// Waits until others than the server have what a connection wrote last.
final class Confirmation: Sendable {
  private let wanted: Acknowledgement
  /// The most replicas that each server had at once: one that is cut off is missed, not forgotten.
  private let mostReplicas: Mutex<[Identifier: Int]> = Mutex([:])

  init(_ wanted: Acknowledgement) {
    self.wanted = wanted
  }

  /// Appends to what publishes a write, and the question who has it.
  ///
  /// The server answers for what *this connection* wrote last. Where all events are there already, by a connection that is gone, that
  /// is nothing, and it would answer at once.
  ///
  /// - Parameter places: a key for each server that is written to; whatever is written there expires at once.
  func append(to commands: inout Commands, writing places: [(server: String, key: String)]) {
    let patience = String(Self.turn.wholeMilliseconds)
    for (server, key) in places {
      commands.append("SET", key, "1", "PX", "1000")
      if wanted.kind == .all { commands.append("INFO", "replication") }
      switch wanted.kind {
      case .replicas, .all: commands.append("WAIT", String(count(at: server)), patience)
      case .fsync: commands.append("WAITAOF", "1", "0", patience)
      }
    }
  }

  /// How many must confirm.
  private func count(at server: String) -> Int {
    switch wanted.kind {
    case .replicas(let count): count
    case .all: mostReplicas.withLock { $0[Identifier(server)] ?? 1 }
    case .fsync: 1
    }
  }

  /// Takes in the last answers, to what `append` has appended, and asks again until all is confirmed.
  ///
  /// - Throws: `Unconfirmed` if it isn't in time.
  func finish(
    _ replies: borrowing Replies, of places: [(server: String, key: String)], events: Int,
    start: ContinuousClock.Instant, on connection: Connection
  ) async throws {
    var missing = try missing(in: replies, of: places)
    // Another connection would be asked about what it has written itself: nothing.
    let connectCount = await connection.connectCount
    while let (wanted, confirmed) = missing {
      guard ContinuousClock.now - start < self.wanted.timeout else {
        throw Unconfirmed(
          events: events, wanted: wanted, confirmed: confirmed, timeout: self.wanted.timeout,
          isDisk: self.wanted.kind == .fsync)
      }
      var question = Commands()
      append(to: &question, writing: places)
      missing = try self.missing(
        in: try await connection.send(question, overConnection: connectCount), of: places)
    }
  }

  /// How many must confirm and how many do, at the first server where that isn't enough; nil if there is none.
  private func missing(
    in replies: borrowing Replies, of places: [(server: String, key: String)]
  ) throws -> (wanted: Int, confirmed: Int)? {
    let each = wanted.kind == .all ? 3 : 2
    var missing: (Int, Int)?
    for (index, place) in places.enumerated() {
      let last = replies.count - (places.count - 1 - index) * each - 1
      if wanted.kind == .all { learn(replies[last - 1].lossyText, of: place.server) }
      let (wanted, confirmed) = (count(at: place.server), try Self.confirmed(replies[last]))
      if confirmed < wanted { missing = missing ?? (wanted, confirmed) }
    }
    return missing
  }

  private static func confirmed(_ reply: ReplyNode) throws -> Int {
    // Of a disk and of replicas.
    try reply.kind == .array ? reply[0].integer() : reply.integer()
  }

  private func learn(_ information: String, of server: String) {
    for line in information.split(whereSeparator: \.isNewline) where line.hasPrefix("connected_slaves:") {
      guard let connected = Int(line.dropFirst("connected_slaves:".count)) else { continue }
      mostReplicas.withLock { $0[Identifier(server)] = max($0[Identifier(server)] ?? 1, connected) }
    }
  }

  /// How long one question waits: the connection must not take the server for dead, and a longer wait is asked for again.
  private static let turn: Duration = .milliseconds(500)
}
