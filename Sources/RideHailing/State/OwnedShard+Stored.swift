import EventStreams

extension OwnedShard {
  /// What a field of the service's state says; nil if there is none.
  func stored<Value: JSONReadable>(_ hash: String, _ field: String, as type: Value.Type = Value.self) async throws
    -> Value?
  {
    guard let text = try await self.field(hash, field) else { return nil }
    var parser = JSONParser()
    return try Value(from: parser.parse(text.utf8.span))
  }
}
