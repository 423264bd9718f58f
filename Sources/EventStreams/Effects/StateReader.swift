/// Reads a service's committed state.
public protocol StateReader: Sendable {
  /// Every field of the hash `name` of this service in a shard; empty if there is none.
  func hash(_ name: String, shard: Int) async throws -> [Identifier: String]
  /// One field of a hash; nil if there is none.
  func field(_ hash: String, _ field: String, shard: Int) async throws -> String?
  /// The JSON of a stream's records after a place, whole entries of the stream until there are at least `limit` records.
  func records(_ stream: String, shard: Int, after: EntryID, limit: Int) async throws -> [(EntryID, [UInt8])]
}

/// A state with nothing in it, for whoever calls a handler without a worker.
public struct NoState: StateReader {
  /// Nothing.
  public init() {}
  /// Empty.
  public func hash(_ name: String, shard: Int) async throws -> [Identifier: String] { [:] }
  /// None.
  public func field(_ hash: String, _ field: String, shard: Int) async throws -> String? { nil }
  /// None.
  public func records(_ stream: String, shard: Int, after: EntryID, limit: Int) async throws -> [(EntryID, [UInt8])] {
    []
  }
}
