internal import CHiredis

/// One command's reply, owned: its memory is the C library's, and freed at the end of its life.
///
/// `@unchecked Sendable`: the C library never touches a reply once it has handed it out, nothing writes to it, and this
/// value, which can't be copied, is its only owner.
public struct Reply: ~Copyable, @unchecked Sendable {
  private let raw: UnsafeMutablePointer<redisReply>
  /// Where it stands.
  private let memory: ReplyMemory

  init(_ raw: UnsafeMutablePointer<redisReply>, in memory: consuming ReplyMemory) {
    self.raw = raw
    self.memory = memory
  }

  /// The whole reply; it and everything in it live no longer than this value.
  public var root: ReplyNode {
    @_lifetime(borrow self)
    get { ReplyNode(raw, borrowing: self) }
  }

  /// The server's error, where the whole reply is one.
  public var error: RedisError? { root.error }
}
