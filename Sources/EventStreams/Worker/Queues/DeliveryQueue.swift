import DequeModule

/// Deliveries in the order in which they are to be handled, which knows how much it holds.
struct DeliveryQueue: Sendable {
  private(set) var deliveries: Deque<Delivery> = []
  private(set) var load = Load()

  var isEmpty: Bool { deliveries.isEmpty }

  mutating func append(_ delivery: Delivery) {
    deliveries.append(delivery)
    load += delivery.load
  }

  mutating func prepend(_ more: [Delivery]) {
    deliveries.prepend(contentsOf: more)
    for delivery in more { load += delivery.load }
  }

  mutating func popFirst() -> Delivery? {
    guard let first = deliveries.popFirst() else { return nil }
    load -= first.load
    return first
  }

  /// Gives up on all; returns how many.
  mutating func removeAll() -> Int {
    defer { self = DeliveryQueue() }
    return load.events
  }
}
