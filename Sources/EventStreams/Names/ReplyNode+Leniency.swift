package import HiredisClient

extension ReplyNode {
  /// The text of a string as far as it is UTF-8, for what others may have written: nothing throws because of it.
  package var lossyText: String {
    kind == .integer
      ? (try? String(integer())) ?? "" : bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// A number from outside; nil if it is none.
  package var lenientInteger: Int? { kind == .nil ? nil : try? integer() }
}
