extension String {
  /// What comes after a beginning that it is known to have.
  package func droppingBytes(of prefix: String) -> String {
    String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
  }
}
