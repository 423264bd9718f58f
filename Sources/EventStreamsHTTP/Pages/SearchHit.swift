package import EventStreams

/// Something that is called what somebody looks for.
package struct SearchHit: Sendable, JSONWritable {
  let kind: String
  let name: String
  let path: String

  /// A hit.
  package init(_ kind: String, _ name: String, path: String) {
    self.kind = kind
    self.name = name
    self.path = path
  }

  /// Writes it as an object.
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.field("kind", kind)
      $0.field("id", name)
      $0.field("page", path)
    }
  }
}
