/// What a service leaves alone at the moment.
struct PauseSet: Sendable, Hashable {
  /// Why everything is left alone; nil if it isn't.
  private(set) var whole: String?
  private var types: [EventType: String] = [:]
  private var keys: [Identifier: String] = [:]

  init() {}

  init(_ pauses: [Pause]) {
    for pause in pauses {
      switch pause.scope {
      case .service: whole = pause.description
      case .type(let type): types[type] = pause.description
      case .key(let key): keys[key] = pause.description
      }
    }
  }

  /// True if some events are left alone and others are not.
  var isPartial: Bool { !types.isEmpty || !keys.isEmpty }

  /// Why something is left alone, for people; nil if nothing is.
  var reason: String? {
    whole ?? (isPartial ? (types.values.sortedByBytes() + keys.values.sortedByBytes()).joined(separator: "; ") : nil)
  }

  func covers(_ delivery: Delivery) -> Bool {
    types[delivery.header.type] != nil || (!keys.isEmpty && keys[Identifier(delivery.key)] != nil)
  }
}
