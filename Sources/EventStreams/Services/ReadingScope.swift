/// What a worker reads of its service's events: of which types up to which version, and of which topics.
struct ReadingScope: Sendable, Hashable, JSONReadable, JSONWritable {
  private let versions: [Identifier: Int]
  private let topics: Set<Identifier>

  init(_ service: EventService) {
    var versions: [Identifier: Int] = [:]
    if case .eachEvent(let handlers) = service.handling {
      for (type, handler) in handlers { versions[Identifier(type.rawValue)] = handler.version }
    }
    self.versions = versions
    topics = Set(names: service.subscription.topics)
  }

  /// Whether it reads what takes this.
  func covers(_ need: ReadingNeed) -> Bool {
    switch need {
    case .version(let version, let type): versions[type].map { $0 >= version } ?? false
    case .topic(let topic): topics.contains(topic)
    }
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    var versions: [Identifier: Int] = [:]
    try object.with("types") { (types) throws(JSONError) in
      try types.object().forEachField { (type, version) throws(JSONError) in
        versions[Identifier(type)] = try version.integer()
      }
    }
    self.versions = versions
    topics = Set(names: try object["topics"] as [String])
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("types", VersionsByType(versions: versions))
      $0.field("topics", topics.sorted().map(\.text))
    }
  }

  private struct VersionsByType: JSONWritable {
    let versions: [Identifier: Int]

    func write(to json: inout JSONWriter) {
      json.object { for (type, version) in versions { $0.field(named: type.text, version) } }
    }
  }
}
