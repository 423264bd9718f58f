public import EventStreams

/// Runs a service's handlers on events without a server, with the service's state in memory.
///
/// ```swift
/// let harness = ServiceHarness(bonus)
/// for _ in 1...10 { await harness.handle("RIDE_COMPLETED", #"{"driverId":"d-5"}"#) }
/// #expect(await harness.number("bonus", "d-5") == 500)
/// ```
///
/// It does with an event what a worker does with one entry of the log: decodes it, calls the handler with the middleware around it, decides the conditions of its effects
/// in their order, and applies all of them or, if a commit would refuse them, none. What it leaves out is what a worker adds: order per
/// key, leases, waiting for retries.
public actor ServiceHarness {
  private let service: EventService
  private let image = StateImage()
  private let shard: OwnedShard
  private var sequence: UInt64 = 0
  private var ids: Set<Identifier> = []
  private var waiting: [(event: EncodedEvent, due: Timestamp)] = []

  /// What the service has published so far, in order, to whichever shard each event's `shardKey` says; an event whose id was there already adds nothing.
  public private(set) var published: [EncodedEvent] = []

  /// A service that has handled nothing yet.
  public init(_ service: EventService) {
    self.service = service
    shard = OwnedShard(number: 0, epoch: 1, reader: image)
  }

  // MARK: Events

  /// Has the service handle an event.
  ///
  /// - Parameters:
  ///   - data: what happened.
  ///   - id: the event's identity; `data.eventID` if nil.
  ///   - timestamp: when it happened.
  ///   - deaths: how often the process dies right before the commit: the handler is called once more for each, and what it returned is lost.
  @discardableResult
  public func handle(
    _ data: some EventData, id: String? = nil, timestamp: Timestamp = .now(), deaths: Int = 0
  ) async -> Handled {
    await handle(EncodedEvent(data, id: id, timestamp: timestamp), deaths: deaths)
  }

  /// Has the service handle an event that it can only read, as its producer writes it.
  ///
  /// - Parameters:
  ///   - type: the event's type.
  ///   - data: its data as JSON: `{"driverId":"d-5"}`.
  ///   - id: the event's identity; a new one if nil.
  ///   - timestamp: when it happened.
  ///   - deaths: how often the process dies right before the commit.
  @discardableResult
  public func handle(
    _ type: EventType, _ data: String, id: String? = nil, timestamp: Timestamp = .now(), deaths: Int = 0
  ) async -> Handled {
    let event = WrittenEvent(id: id ?? "\(type):\(sequence + 1)", type: type, timestamp: timestamp, data: data)
    return await handle(json: JSONWriter.bytes(of: event), deaths: deaths)
  }

  /// Has the service handle an event as it is published: of an older version, say.
  @discardableResult
  public func handle(_ event: EncodedEvent, deaths: Int = 0) async -> Handled {
    await handle(json: event.json, deaths: deaths)
  }

  private func handle(json: [UInt8], deaths: Int) async -> Handled {
    sequence += 1
    let place = EntryID(
      milliseconds: UInt64(clamping: Timestamp.now().microsecondsSinceEpoch / 1000), sequence: sequence)
    var handled = Handled.notWanted
    for attempt in 1...(deaths + 1) {
      do {
        guard let effects = try await service.handle(json, entryID: place, shard: shard, attempt: attempt)
        else { return .notWanted }
        if attempt > deaths { handled = apply(effects, at: place) }
      } catch let error as Unprocessable {
        return .dead(error.reason)
      } catch let error as JSONError {
        return service.isNewer(json) ? .held : .dead("\(error)")
      } catch let error as RetryLater {
        handled = .retried(error.reason, after: error.delay)
      } catch {
        handled = .retried("\(error)", after: nil)
      }
    }
    return handled
  }

  /// Has the service handle what it has scheduled for up to a time, and what that leads to, in order.
  public func handleWhatIsDue(by time: Timestamp) async {
    while let next = waiting.filter({ $0.due <= time }).min(by: { $0.due < $1.due }) {
      waiting.removeAll { $0.event.id == next.event.id }
      await handle(next.event)
    }
  }

  private func apply(_ effects: Effects, at place: EntryID) -> Handled {
    guard let writes = image.possibleWrites(of: effects, { _ in false }) else {
      return .dead("a commit would refuse its effects: a number is none, or too large")
    }
    image.apply(effects, at: place) { _ in false }
    let publications = effects.publications
    for write in writes {
      switch write {
      case .publish(_, let id, _): publish(publications.first { $0.event.id == id }?.event)
      case .schedule(_, let id, _, let due):
        guard let event = publications.first(where: { $0.event.id == id })?.event, isNew(id) else { break }
        waiting.append((event, due))
      case .cancel(let id, _): waiting.removeAll { $0.event.id == id }
      default: break
      }
    }
    return .applied(writes)
  }

  private func isNew(_ id: String) -> Bool { !ids.contains(id) && !waiting.contains { $0.event.id == id } }

  private func publish(_ event: EncodedEvent?) {
    guard let event, isNew(event.id) else { return }
    ids.insert(event.id)
    published.append(event)
  }

  // MARK: State

  /// The events that the service has scheduled and that are not due yet, the next one first.
  public var scheduled: [(event: EncodedEvent, due: Timestamp)] { waiting.sorted { $0.due < $1.due } }

  /// A field of one of the service's hashes; nil if there is none.
  public func field(_ hash: String, _ field: String) async throws -> String? { try await shard.field(hash, field) }

  /// A whole number in a field; 0 if there is none.
  ///
  /// - Throws: if the field holds something else.
  public func number(_ hash: String, _ field: String) async throws -> Int {
    guard let text = try await shard.field(hash, field) else { return 0 }
    guard let number = Int(text) else { throw NoNumber(hash: hash, field: field, value: text) }
    return number
  }

  /// All fields of one of the service's hashes.
  public func hash(_ name: String) async throws -> [Identifier: String] { try await shard.hash(name) }

  /// All records of one of the service's streams, in order.
  public func records<Value: JSONReadable & Sendable>(_ stream: String, as type: Value.Type) async throws -> [Value] {
    try await shard.records(stream, after: .zero, limit: .max, as: type).map(\.value)
  }

  /// A field that was asked for as a number, and holds something else.
  public struct NoNumber: Error, CustomStringConvertible {
    let hash: String
    let field: String
    let value: String

    /// Which field, and what it holds.
    public var description: String { "the field '\(field)' of '\(hash)' is no whole number: '\(value)'" }
  }
}
