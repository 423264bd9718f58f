import HiredisClient

/// The fields that some deliveries are going to read, asked for in one go: one command per hash.
struct ReadAhead {
  /// Fields of one shard with what they hold; nil if there is no such field.
  struct Found: Sendable {
    let shard: OwnedShard
    var fields: [(field: StateField, value: String?)] = []
  }

  private struct Question {
    let shard: OwnedShard
    let hash: Identifier
    var fields: [Identifier] = []
  }

  private struct Place: Hashable {
    let shard: Int
    let hash: Identifier
  }

  private var questions: [Question] = []

  var isEmpty: Bool { questions.isEmpty }

  /// What is to be asked for.
  init(_ deliveries: [Delivery]) {
    var places: [Place: Int] = [:]
    var asked: [Int: Set<StateField>] = [:]
    for delivery in deliveries where !delivery.reads.isEmpty {
      for field in delivery.reads where asked[delivery.shard.number, default: []].insert(field).inserted {
        let place = Place(shard: delivery.shard.number, hash: field.hash)
        let index = places[place] ?? questions.count
        if index == questions.count {
          places[place] = index
          questions.append(Question(shard: delivery.shard, hash: field.hash))
        }
        questions[index].fields.append(field.field)
      }
    }
  }

  /// What deliveries are going to ask for.
  static func found(
    for deliveries: [Delivery], _ service: EventService, _ namespace: Namespace, _ connection: Connection
  ) async throws -> [Found] {
    guard service.readsAhead else { return [] }
    let ahead = ReadAhead(deliveries)
    guard !ahead.questions.isEmpty else { return [] }
    var commands = Commands()
    ahead.encode(into: &commands, namespace: namespace, service: service.name)
    return found(ahead, in: try await connection.send(commands))
  }

  private static func found(_ ahead: ReadAhead, in replies: borrowing Replies) -> [Found] { ahead.found(in: replies) }

  /// Writes the commands.
  func encode(into commands: inout Commands, namespace: Namespace, service: String) {
    for question in questions {
      commands.begin(argumentCount: 2 + question.fields.count)
      commands.argument("HMGET")
      commands.argument(namespace.state(question.shard.number, service, question.hash.text))
      for field in question.fields { commands.argument(field.text) }
    }
  }

  /// What the answers say. A hash that can't be read is left out: whoever asks for it is told why.
  func found(in replies: borrowing Replies) -> [Found] {
    var found: [Int: Found] = [:]
    for (index, question) in questions.enumerated() where index < replies.count && replies[index].error == nil {
      let values = replies[index]
      for (position, field) in question.fields.enumerated() where position < values.count {
        // One that is no text is left to whoever asks for it as well.
        guard case .success(let value) = Result(catching: { try values[position].optionalString() }) else { continue }
        found[question.shard.number, default: Found(shard: question.shard)].fields.append(
          (StateField(question.hash.text, field.text), value))
      }
    }
    return Array(found.values)
  }
}
