import EventArchive
import EventStreams

/// The events that services have published about what they did: what was decided is told by them, and is not decided again.
struct Outcomes: Sendable {
  private var ids: Set<Identifier> = []
  private var decisions: [(service: String, types: Set<EventType>, decisions: any ServiceDecisions)] = []
  private let catalog: EventCatalog

  /// None yet.
  private init(of services: [any FoldedService.Type], _ catalog: EventCatalog) {
    self.catalog = catalog
    decisions = services.map { service in
      func none<Service: FoldedService>(_ service: Service.Type) -> any ServiceDecisions { Service.Decisions() }
      return (service.name, Set(service.outcomes), none(service))
    }
  }

  /// Reads those of some services.
  ///
  /// - Parameter history: a shard's events of some types.
  init(
    of services: [any FoldedService.Type], _ catalog: EventCatalog, in history: ([EventType]) -> ShardHistory
  ) async throws {
    self.init(of: services, catalog)
    let types = services.flatMap { $0.outcomes }
    guard !types.isEmpty else { return }
    var history = history(types + [ScheduleRecord.scheduled])
    while let event = try await history.nextEvent() { try add(event) }
  }

  // Not inlined: the compiler ends with signal 11 where an asynchronous loop handles errors of several kinds (Swift 6.3.1).
  @inline(never)
  private mutating func add(_ event: RecordedEvent) throws {
    guard let header = event.header else { return }
    ids.insert(header.id)
    try catalog.checkVersion(of: header)
    // What can't be read tells no more than its id.
    try? read(event.json, header)
  }

  private mutating func read(_ json: [UInt8], _ header: EventHeader) throws(JSONError) {
    if header.type == ScheduleRecord.scheduled, let id = ScheduleRecord.scheduledID(in: json) {
      ids.insert(Identifier(id))
    }
    for index in decisions.indices where decisions[index].types.contains(header.type) {
      for id in try decisions[index].decisions.add(json.span, header) { ids.insert(Identifier(id)) }
    }
  }

  mutating func add(_ more: Outcomes) {
    ids.formUnion(more.ids)
    for index in decisions.indices {
      for known in more.decisions where known.service.hasSameBytes(as: decisions[index].service) {
        decisions[index].decisions.merge(any: known.decisions)
      }
    }
  }

  func contains(_ id: String) -> Bool { ids.contains(id) }

  /// What a service has decided; nil if that was not asked for.
  func decisions(of service: String) -> (any ServiceDecisions)? {
    decisions.first { $0.service.hasSameBytes(as: service) }?.decisions
  }
}
