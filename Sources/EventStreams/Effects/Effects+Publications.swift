extension Effects {
  /// An event that effects publish, if the choices before it go that way.
  package struct Publication: Sendable {
    /// The event.
    package let event: EncodedEvent
    /// When it is published; nil for with the commit.
    package let due: Timestamp?
  }

  /// The events that the effects publish or schedule, whatever the choices before them, in their order.
  package var publications: [Publication] {
    effects.compactMap {
      switch $0 {
      case .publish(let data, let id, let timestamp):
        Publication(event: EncodedEvent(data, id: id, timestamp: timestamp), due: nil)
      case .schedule(let data, let id, let timestamp, let due):
        Publication(event: EncodedEvent(data, id: id, timestamp: timestamp), due: due)
      default: nil
      }
    }
  }
}
