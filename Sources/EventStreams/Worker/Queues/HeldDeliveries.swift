import DequeModule

/// Deliveries that wait because an earlier one of their key is being handled, waits for its retry or is left alone, by key and in order; it
/// knows how much it holds. A key is held also while nothing waits behind what is being handled.
struct HeldDeliveries: Sendable {
  private var byKey: [Identifier: Deque<Delivery>] = [:]
  private(set) var load = Load()

  /// True if no key is held.
  var isEmpty: Bool { byKey.isEmpty }

  var deliveries: some Sequence<Delivery> { byKey.values.joined() }

  func holds(_ key: String) -> Bool { byKey[key] != nil }

  /// What waits first of a key.
  func first(of key: String) -> Delivery? { byKey[key]?.first }

  /// Has what comes of a key wait.
  mutating func hold(_ key: String) {
    if byKey[key] == nil { byKey[key] = [] }
  }

  /// Has a delivery wait after those of its key.
  mutating func append(_ delivery: Delivery) {
    byKey[delivery.key, default: []].append(delivery)
    load += delivery.load
  }

  /// Has a delivery wait in its place in the log, among those of its key.
  mutating func insert(_ delivery: Delivery) {
    let later = byKey[delivery.key]?.firstIndex { $0.entryID > delivery.entryID }
    byKey[delivery.key, default: []].insert(delivery, at: later ?? byKey[delivery.key]?.count ?? 0)
    load += delivery.load
  }

  /// Has a delivery wait if its key is held.
  mutating func appendIfHeld(_ delivery: Delivery) -> Bool {
    guard !byKey.isEmpty, byKey[delivery.key]?.append(delivery) != nil else { return false }
    load += delivery.load
    return true
  }

  /// Has a delivery wait before those of its key.
  mutating func prepend(_ delivery: Delivery) {
    byKey[delivery.key, default: []].prepend(delivery)
    load += delivery.load
  }

  /// Has deliveries of one key wait before the others of it.
  mutating func prepend(_ deliveries: [Delivery], of key: String) {
    byKey[key, default: []].prepend(contentsOf: deliveries)
    for delivery in deliveries { load += delivery.load }
  }

  mutating func popFirst(of key: String) -> Delivery? {
    guard let first = byKey[key]?.popFirst() else { return nil }
    load -= first.load
    return first
  }

  /// Holds a key no longer; returns what has waited.
  mutating func release(_ key: String) -> Deque<Delivery> {
    let released = byKey.removeValue(forKey: Identifier(key)) ?? []
    for delivery in released { load -= delivery.load }
    return released
  }
}
