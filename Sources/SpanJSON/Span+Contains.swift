extension Span<UInt8> {
  /// True if the bytes occur somewhere.
  package func contains(_ needle: ArraySlice<UInt8>) -> Bool {
    let needle = needle.span
    guard needle.count > 0 else { return true }
    guard count >= needle.count else { return false }
    let first = needle[0]
    for start in 0...(count - needle.count) where self[unchecked: start] == first {
      var index = 1
      while index < needle.count, self[unchecked: start + index] == needle[unchecked: index] { index += 1 }
      if index == needle.count { return true }
    }
    return false
  }
}
