import EventStreams

/// A service whose history is handled once more, with what it had decided.
struct RepeatedService: Sendable {
  let handlers: EventService
  private let prepare: @Sendable (RecordedEvent, any ServiceDecisions) -> Void

  init<Service: FoldedService>(_ service: Service.Type) {
    let decided = Decided<Service.Decisions.Decision>()
    handlers = Service.repeating(decided)
    prepare = { event, decisions in
      decided.expect((decisions as? Service.Decisions)?.decision(on: event))
    }
  }

  /// Says what had been decided about the event that is handled next.
  func expect(_ decisions: (any ServiceDecisions)?, about event: RecordedEvent) {
    if let decisions { prepare(event, decisions) }
  }
}
