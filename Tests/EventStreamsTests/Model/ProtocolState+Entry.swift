extension ProtocolState {
  /// An event in one of the shard's streams, of which there is one for each topic. Together they are the log.
  struct Entry: Hashable, CustomStringConvertible {
    static let topicNames: [Character] = ["a", "b"]

    let id: Int
    let topic: Int

    var description: String { "\(id)\(Self.topicNames[topic])" }

    /// The topics that letters name.
    static func topics(_ letters: String) -> [Int] { letters.compactMap(topicNames.firstIndex(of:)) }
  }
}
