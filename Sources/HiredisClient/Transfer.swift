/// What came of sending or receiving some bytes.
enum Transfer {
  /// So many of them; at least one.
  case bytes(Int)
  /// None: the other side has ended the connection.
  case ended
  /// None, because of this.
  case failed(RedisError.Code, String)
}
