internal import CHiredis

/// The replies to a pipeline's commands, in their order, owned: freed at the end of its life.
///
/// `@unchecked Sendable` for the reason that ``Reply`` is.
public struct Replies: ~Copyable, @unchecked Sendable {
  private var raw: [UnsafeMutablePointer<redisReply>]
  /// Where they stand.
  private let memory: ReplyMemory

  /// No replies, with room for some.
  init(capacity: Int, in memory: consuming ReplyMemory) {
    raw = []
    raw.reserveCapacity(capacity)
    self.memory = memory
  }

  /// Where the C library puts what is taken in.
  var arena: UnsafeMutablePointer<rides_arena> { memory.arena }

  /// Takes in one more reply, whose memory is the arena's.
  mutating func append(_ reply: UnsafeMutablePointer<redisReply>) {
    raw.append(reply)
  }

  /// Takes in, for one that never came, the error that says why.
  mutating func append(errorLine line: String) throws(RedisError) {
    var line = line
    let made = line.withUTF8 { text in
      rides_arena_error(memory.arena, text.baseAddress, text.count)
    }
    guard let made else { throw RedisError(.outOfMemory, "no memory for a reply") }
    raw.append(made)
  }

  /// Puts them into an order; those that are not in it are left out.
  ///
  /// - Parameter places: of each where it stands now.
  mutating func arrange(_ places: [Int]) {
    raw = places.map { raw[$0] }
  }

  /// Takes away the first of them, once they have been looked at.
  public mutating func removeFirst(_ count: Int) { raw.removeFirst(count) }

  /// The only reply.
  consuming func only() -> Reply {
    precondition(raw.count == 1, "not exactly one reply")
    return Reply(raw[0], in: memory)
  }

  /// The number of replies.
  public var count: Int { raw.count }

  /// The reply to the command at a position; beyond the last one a node that is nil.
  public subscript(_ index: Int) -> ReplyNode {
    @_lifetime(borrow self)
    get { ReplyNode(raw.indices.contains(index) ? raw[index] : nil, borrowing: self) }
  }

  /// Throws the first error that the server answered to any of the commands.
  public func check() throws(RedisError) {
    for index in 0..<count {
      if let error = self[index].error { throw error }
    }
  }
}
