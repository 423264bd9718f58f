/// What a node of a reply is, in the terms of RESP2.
///
/// The kinds that RESP3 adds appear as the one that RESP2 sends in their place: maps, sets and pushes as arrays (a map's
/// keys and values in turn), doubles, big numbers and verbatim strings as strings, booleans as integers.
public enum ReplyKind: Sendable, Hashable {
  /// Bytes of any content.
  case string
  /// Nodes in order.
  case array
  /// A whole number.
  case integer
  /// Nothing.
  case `nil`
  /// A short text such as `OK`.
  case status
  /// An error of the server.
  case error
}
