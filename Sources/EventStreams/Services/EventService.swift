/// A service: the name of its consumer group, the event types it wants, and what it makes of them.
///
/// ```swift
/// var driver = EventService("driver")
/// driver.on(RideCompleted.self) { event in
///   Effects { $0.increment("earnings", event.data.driverID, by: event.data.fare.total) }
/// }
/// ```
///
/// It is delivered the topics of these types; what else stands there is acknowledged without a call. A handler is called again for an event whose commit did not
/// happen (a crash, a lost lease), so what it does outside Redis needs an idempotency key: the event's id.
public struct EventService: Sendable {
  /// The consumer group's name.
  public let name: String

  /// How many keys one worker handles at the same time. 1 for handlers that only compute: they run one after the other, in
  /// the order of the log, without any scheduling between them. Handlers that wait for something want more.
  public let concurrency: Int

  /// How long an attempt may take; nil for as long as it takes. One that takes longer has failed, and what it returns later is dropped.
  public let timeout: Duration?

  /// What all its workers together may do at most; nil for as much as they can.
  public var limits: ServiceLimits?

  /// What happens when a handler throws.
  public let retry: RetryPolicy

  /// When it stops taking events because what it depends on seems to be down.
  public let breaker: CircuitBreakerPolicy

  /// What stands around its handlers, the first outermost. A rebuild and an audit call handlers without it.
  public var middleware: [any HandlingMiddleware] = []

  var handling: Handling

  /// What is wrong with the declaration, first things first; nil if nothing is.
  private(set) var mistake: ServiceMistake?

  /// True for a service that keeps events as they are.
  var storesEvents: Bool {
    if case .batches = handling { true } else { false }
  }

  /// How the service takes its events.
  enum Handling: Sendable {
    case eachEvent([(type: EventType, handler: EventHandler)])
    case batches(@Sendable (StoredBatch) async throws -> [Int: Effects])
  }

  /// What is known of its store; nil if it has none, or keeps to itself what it stores into.
  let ledger: StoreLedger?

  /// A service without handlers yet.
  ///
  /// - Parameters:
  ///   - name: the consumer group's.
  ///   - concurrency: how many keys one worker handles at the same time.
  ///   - timeout: of each attempt, for handlers that ask others. What ends in time is not slower for it, but has a task of its own.
  ///   - limits: what all its workers together may do at most.
  ///   - retry: what happens when a handler throws.
  ///   - breaker: when it stops taking events because what it depends on seems to be down.
  public init(
    _ name: String, concurrency: Int = 1, timeout: Duration? = nil, limits: ServiceLimits? = nil,
    retry: RetryPolicy = .standard, breaker: CircuitBreakerPolicy = .standard
  ) {
    self.name = name
    self.concurrency = max(1, concurrency)
    self.timeout = timeout
    self.limits = limits
    self.retry = retry
    self.breaker = breaker
    handling = .eachEvent([])
    ledger = nil
    mistake = NameRule.problem(withService: name).map(ServiceMistake.init(description:))
  }

  /// A service that takes every event of the log, of whatever type and as it was recorded, in batches: an archive, a bridge.
  ///
  /// - Parameters:
  ///   - name: the consumer group's.
  ///   - retry: what happens when it throws.
  ///   - breaker: when it stops taking events because the store seems to be down.
  ///   - handler: must have stored all of the batch durably when it returns; only then is the batch acknowledged. It may
  ///     get events again that it stored just before a crash, with the same shard and entry id.
  public init(
    _ name: String, retry: RetryPolicy = .standard, breaker: CircuitBreakerPolicy = .standard,
    storing handler: @escaping @Sendable ([RecordedEvent]) async throws -> Void
  ) {
    self.name = name
    concurrency = 1
    timeout = nil
    limits = nil
    self.retry = retry
    self.breaker = breaker
    handling = .batches {
      try await handler($0.events)
      return [:]
    }
    ledger = nil
    mistake = NameRule.problem(withService: name).map(ServiceMistake.init(description:))
  }

  /// A service that keeps every event of the log in a store, and trims nothing that the store doesn't hold any more.
  public init(
    _ name: String, retry: RetryPolicy = .standard, breaker: CircuitBreakerPolicy = .standard,
    storingIn store: any EventStore
  ) {
    self.name = name
    concurrency = 1
    timeout = nil
    limits = nil
    self.retry = retry
    self.breaker = breaker
    let ledger = StoreLedger(store)
    handling = .batches { try await ledger.store($0) }
    self.ledger = ledger
    mistake = NameRule.problem(withService: name).map(ServiceMistake.init(description:))
  }

  /// The service with what is declared here, as a value that closures and tasks can capture.
  ///
  /// ```swift
  /// let driver = EventService("driver").declaring { service in
  ///   service.on(RideCompleted.self) { event in … }
  /// }
  /// ```
  public func declaring(_ declare: (inout EventService) throws -> Void) rethrows -> EventService {
    var service = self
    try declare(&service)
    return service
  }

  /// The topics that it wants: those of the types that it handles, or all.
  public var subscription: Subscription {
    switch handling {
    case .eachEvent(let handlers): Subscription(name, topics: handlers.map(\.handler.topic))
    case .batches: Subscription(name, topics: [Namespace.allTopics])
    }
  }

  /// True if its events are handled one after the other, and need be decoded only right before.
  var takesPages: Bool {
    if case .eachEvent = handling { concurrency == 1 && !readsAhead && limits?.ratePerKey == nil } else { false }
  }

  /// True if some handler says what it is going to read.
  private(set) var readsAhead = false

  /// Handles one type of event; once per type: a second handler would take the first one's events.
  ///
  /// - Parameters:
  ///   - type: the events.
  ///   - key: what this service orders these events by, if not by the events' own key: a service that keeps accounts wants
  ///     everything that touches one account in order, whichever ride it is about. The same for all events that must be in order.
  ///   - reads: fields of the service's state that the handler is going to ask for: they are read for many events at once, before they
  ///     are handled, where each question by itself is a way to the server and back. What the handler is told is the same.
  ///   - handler: returns the event's effects. It throws `Unprocessable` for an event that can never be handled,
  ///     and anything else to be called again later.
  @inlinable
  public mutating func on<Data: ReadableEventData>(
    _ type: Data.Type, orderedBy key: (@Sendable (Data) -> String)? = nil,
    reading reads: (@Sendable (Data) -> [StateField])? = nil,
    _ handler: @escaping @Sendable (Event<Data>) async throws -> Effects
  ) {
    add(EventHandler(key: key, reads: reads, handler), Data.eventType)
  }

  @usableFromInline
  mutating func add(_ handler: EventHandler, _ type: EventType) {
    guard case .eachEvent(var handlers) = handling else {
      return note("service '\(name)' stores all events in batches: it can't have a handler of \(type) as well")
    }
    guard !handlers.contains(where: { $0.type == type }) else {
      return note("service '\(name)' has two handlers of \(type): make one of them")
    }
    handlers.append((type, handler))
    readsAhead = readsAhead || handler.readsAhead
    handling = .eachEvent(handlers)
  }

  private mutating func note(_ description: String) {
    mistake = mistake ?? ServiceMistake(description: description)
  }

  /// The handler of an event, found by its `type` as it is written; nil if the service does not want it, or it has none.
  func handler(of event: borrowing JSONValue) throws(JSONError) -> EventHandler? {
    var object = try event.object()
    guard case .eachEvent(let handlers) = handling, let index = object.find("type") else { return nil }
    let type = object.value(at: index)
    // Of those that don't fit nothing is copied.
    for index in handlers.indices where type.isString(handlers[index].type.rawValue) { return handlers[index].handler }
    return nil
  }
}
