extension String {
  /// True if the bytes of both are the same, which is more than that they look the same.
  public func hasSameBytes(as other: String) -> Bool {
    let (bytes, others) = (utf8.span.bytes, other.utf8.span.bytes)
    let count = bytes.byteCount
    guard count == others.byteCount else { return false }
    // There are `count` bytes in both. Eight at a time; the last eight may overlap those before.
    func differs(_ index: Int) -> Bool {
      bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
        != others.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
    }
    guard count >= 8 else {
      for index in 0..<count
      where bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
        != others.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
      {
        return false
      }
      return true
    }
    for index in stride(from: 0, to: count - 8, by: 8) where differs(index) { return false }
    return !differs(count - 8)
  }
}
