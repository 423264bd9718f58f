import Redis

/// The effects of one commit in the order they are applied, with those that can be one write folded into one:
/// increments of one field are added up, records for one stream become one entry.
///
/// What is folded moves to where the first of its kind stands. That changes nothing as long as nothing in between reads or
/// overwrites it; so a condition, and a set or removal in a hash that was incremented, begins a new round of folding.
struct FoldedEffects: Sendable {
  fileprivate enum Operation: Sendable {
    case write(command: StaticString, key: Int, arguments: [String])
    case increment(key: Int, field: String, amount: Int)
    case append(key: Int, records: [[UInt8]])
    case publish([UInt8])
    case when(key: Int, field: String, condition: Effects.Condition, operations: Int)
    case skip(operations: Int)
  }

  private struct Field: Hashable {
    let key: Int
    let field: String
  }

  /// What one stream entry may hold, so that it fits the stack of the server's Lua.
  private static let recordsPerEntry = 1000

  private(set) var keys: [String] = []
  private var keyIndexes: [String: Int] = [:]
  private var operations: [Operation] = []
  private var increments: [Field: Int] = [:]
  private var appends: [Int: Int] = [:]
  private var incrementedKeys: Set<Int> = []

  var isEmpty: Bool { operations.isEmpty }

  /// Adds one event's effects.
  ///
  /// - Parameters:
  ///   - prefix: of the service's state in the shard, with the colon.
  ///   - traceparent: passed on to what the event publishes.
  mutating func add(_ effects: Effects, prefix: String, traceparent: String?) {
    var conditional = 0
    for effect in effects.effects {
      switch effect {
      case .append(let stream, let record):
        let key = index(of: stream, prefix)
        if conditional == 0, let operation = appends[key], case .append(_, var records) = operations[operation],
          records.count < Self.recordsPerEntry
        {
          operations[operation] = .publish([])
          records.append(record)
          operations[operation] = .append(key: key, records: records)
        } else {
          if conditional == 0 { appends[key] = operations.count }
          operations.append(.append(key: key, records: [record]))
        }
      case .increment(let hash, let field, let amount):
        let key = index(of: hash, prefix)
        let place = Field(key: key, field: field)
        if conditional == 0, let operation = increments[place],
          case .increment(_, _, let sum) = operations[operation],
          case let (total, overflow) = sum.addingReportingOverflow(amount), !overflow
        {
          operations[operation] = .increment(key: key, field: field, amount: total)
        } else {
          if conditional == 0 {
            increments[place] = operations.count
            incrementedKeys.insert(key)
          }
          operations.append(.increment(key: key, field: field, amount: amount))
        }
      case .set(let hash, let fields):
        let key = index(of: hash, prefix)
        endFolding(of: key)
        operations.append(.write(command: "HSET", key: key, arguments: fields.flatMap { [$0.0, $0.1] }))
      case .remove(let hash, let field):
        let key = index(of: hash, prefix)
        endFolding(of: key)
        operations.append(.write(command: "HDEL", key: key, arguments: [field]))
      case .expire(let name, let milliseconds):
        operations.append(.write(command: "PEXPIRE", key: index(of: name, prefix), arguments: [String(milliseconds)]))
      case .publish(let data, let id, let timestamp):
        operations.append(.publish(EncodedEvent(data, id: id, timestamp: timestamp, traceparent: traceparent).json))
      case .when(let hash, let field, let condition, let count):
        endFolding()
        operations.append(.when(key: index(of: hash, prefix), field: field, condition: condition, operations: count))
        // A condition within a condition ends no later than the outer one.
        conditional = max(conditional, count + 1)
      case .skip(let count):
        operations.append(.skip(operations: count))
        conditional = max(conditional, count + 1)
      }
      if conditional > 0 { conditional -= 1 }
    }
  }

  private mutating func index(of name: String, _ prefix: String) -> Int {
    if let index = keyIndexes[name] { return index }
    let index = keys.count
    keys.append(prefix + name)
    keyIndexes[name] = index
    return index
  }

  private mutating func endFolding(of key: Int) {
    if incrementedKeys.contains(key) { endFolding() }
  }

  private mutating func endFolding() {
    increments.removeAll(keepingCapacity: true)
    appends.removeAll(keepingCapacity: true)
    incrementedKeys.removeAll(keepingCapacity: true)
  }

  /// Writes the operations as arguments of `commit`.
  ///
  /// - Parameters:
  ///   - log: index of the log's key among the call's keys.
  ///   - firstKey: index there of the first of `keys`.
  func encode(into commands: inout Commands, log: Int, firstKey: Int) {
    for (position, operation) in operations.enumerated() {
      switch operation {
      case .write(let command, let key, let arguments):
        header(&commands, command, firstKey + key, arguments.count)
        for argument in arguments { commands.argument(argument) }
      case .increment(let key, let field, let amount):
        header(&commands, "HINCRBY", firstKey + key, 2)
        commands.argument(field)
        commands.argument(amount)
      case .append(let key, let records):
        header(&commands, "XADD", firstKey + key, 1 + records.count * 2)
        commands.argument("*")
        for record in records {
          commands.argument("record")
          commands.argument(record)
        }
      case .publish(let json):
        header(&commands, "XADD", log, 3)
        commands.argument("*")
        commands.argument("event")
        commands.argument(json)
      case .when(let key, let field, let condition, let count):
        header(&commands, "WHEN", firstKey + key, 4)
        commands.argument(field)
        switch condition {
        case .equals(let value):
          commands.argument("equals")
          commands.argument(value)
        case .isAbsent:
          commands.argument("absent")
          commands.argument("")
        case .isAtLeast(let bound):
          commands.argument("least")
          commands.argument(bound)
        }
        commands.argument(argumentCount(of: count, after: position))
      case .skip(let count):
        header(&commands, "SKIP", log, 1)
        commands.argument(argumentCount(of: count, after: position))
      }
    }
  }

  private func header(_ commands: inout Commands, _ command: StaticString, _ key: Int, _ count: Int) {
    commands.argument(command)
    commands.argument(key)
    commands.argument(count)
  }

  private func argumentCount(of count: Int, after position: Int) -> Int {
    operations[(position + 1)..<(position + 1 + count)].reduce(0) { $0 + $1.argumentCount }
  }
}

extension FoldedEffects.Operation {
  /// ARGV that the operation takes: its header of three and its own arguments.
  fileprivate var argumentCount: Int {
    switch self {
    case .write(_, _, let arguments): 3 + arguments.count
    case .increment: 5
    case .append(_, let records): 4 + records.count * 2
    case .publish: 6
    case .when: 7
    case .skip: 4
    }
  }
}
