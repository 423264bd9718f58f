/// A service and the topics that it wants: it has a consumer group on these, and on no other.
public struct Subscription: Sendable, Hashable, CustomStringConvertible {
  /// The service's name.
  public let service: String
  /// In the order of their names; `*` alone for all that there are and will be.
  public let topics: [String]

  /// A subscription.
  public init(_ service: String, topics: some Sequence<String> = [Namespace.standardTopic]) {
    let names = Set(topics.map { Identifier($0) })
    self.service = service
    self.topics =
      names.contains(Identifier(Namespace.allTopics)) ? [Namespace.allTopics] : names.sorted().map(\.text)
  }

  /// Reads it as `description` writes it; a name alone wants the standard topic.
  init(parsing text: Substring) {
    let parts = text.split(separator: "=", maxSplits: 1)
    self.init(
      String(parts.first ?? ""),
      topics: parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : [Namespace.standardTopic])
  }

  /// Whether it is of all topics that there are and will be.
  public var isOfAll: Bool { topics == [Namespace.allTopics] }

  /// Whether the service wants a topic.
  public func wants(_ topic: String) -> Bool { isOfAll || topics.contains { $0.hasSameBytes(as: topic) } }

  /// What is wrong with the names; nil if nothing is.
  var problem: String? {
    if let problem = NameRule.problem(withService: service) { return problem }
    return isOfAll ? nil : topics.lazy.compactMap(NameRule.problem(withTopic:)).first
  }

  /// `payment=payments,rides`
  public var description: String { "\(service)=\(topics.joined(separator: ","))" }
}
