/// A field of one of a service's hashes, named so that it can be read ahead of the handler that asks for it.
public struct StateField: Sendable, Hashable {
  /// The hash's name as used in `Effects`, without the shard's and service's prefix.
  public let hash: Identifier
  /// The field.
  public let field: Identifier

  /// A field of a hash.
  @inlinable
  public init(_ hash: String, _ field: String) {
    self.hash = Identifier(hash)
    self.field = Identifier(field)
  }

  /// Hashes a digest of both names: it is looked up for each thing that an event reads or writes.
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  var digest: UInt64 { NameDigest.of(field.text, after: NameDigest.of(hash.text)) }
}
