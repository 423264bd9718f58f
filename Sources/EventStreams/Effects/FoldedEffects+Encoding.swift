import HiredisClient

extension FoldedEffects {
  /// Writes the operations as arguments of `commit`.
  ///
  /// - Parameter firstKey: index of the first of `keys` among the call's keys.
  func encode(into commands: inout Commands, firstKey: Int) {
    commands.argument(assumptions.count)
    for (key, fields) in assumptions {
      commands.argument(firstKey + key)
      commands.argument(fields.count)
      for field in fields { commands.argument(field) }
    }
    for (position, operation) in operations.enumerated() {
      switch operation {
      case .remove(let key, let field):
        header(&commands, "HDEL", firstKey + key, 1)
        commands.argument(field)
      case .expire(let key, let milliseconds):
        header(&commands, "PEXPIRE", firstKey + key, 1)
        commands.argument(milliseconds)
      case .delete(let key): header(&commands, "UNLINK", firstKey + key, 0)
      case .increment(let key, let list):
        header(&commands, "HINCRBY", firstKey + key, list.count * 2)
        var increment = list.first
        while increment >= 0 {
          commands.argument(increments[increment].field)
          commands.argument(increments[increment].amount)
          increment = increments[increment].next
        }
      case .set(let key, let list):
        header(&commands, "HSET", firstKey + key, list.count)
        forEach(of: list) { commands.argument(text.span.extracting($0)) }
      case .append(let key, let list):
        header(&commands, "XADD", firstKey + key, list.count)
        forEach(of: list) { commands.argument(text.span.extracting($0)) }
      case .publish(let publication, let list):
        commands.argument(publication.command)
        commands.argument(publication.topic)
        commands.argument(list.count)
        forEach(of: list) { commands.argument(text.span.extracting($0)) }
      case .send(let key, let list):
        header(&commands, "SEND", firstKey + key, list.count)
        forEach(of: list) { commands.argument(text.span.extracting($0)) }
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
        header(&commands, "SKIP", 1, 1)
        commands.argument(argumentCount(of: count, after: position))
      }
    }
  }

  private func forEach(of list: Pieces, _ body: (Range<Int>) -> Void) {
    var piece = list.first
    while piece >= 0 {
      body(pieces[piece].text)
      piece = pieces[piece].next
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
    case .delete: 3
    case .remove, .expire: 4
    case .increment(_, let list): 3 + list.count * 2
    case .set(_, let list), .append(_, let list), .publish(_, let list), .send(_, let list): 3 + list.count
    case .when: 7
    case .skip: 4
    }
  }
}
