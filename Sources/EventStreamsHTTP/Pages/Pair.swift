/// A name and what it stands for.
package struct Pair: Sendable {
  let name: String
  let value: String
  let link: String?

  /// A pair.
  package init(_ name: String, _ value: String, path: String? = nil) {
    self.name = name
    self.value = value
    link = path
  }
}
