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

  /// Takes in one more reply.
  mutating func append(_ reply: UnsafeMutablePointer<redisReply>) {
    raw.append(reply)
  }

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
