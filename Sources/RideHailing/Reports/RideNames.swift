import EventStreams
import EventStreamsOperations

/// What a ride's events may be called: the ride says it of most, and of others what is known of some.
struct RideNames {
  private let ride: String
  private let services: RideServices
  /// The types that are about one ride.
  private let types: [EventType]
  private var names: Set<TracedSubject.Name> = []
  /// The types of events that are called after the one that they came of.
  private static let caused: [any RideEvent.Type] = [
    PaymentAuthorised.self, PaymentActionRequired.self, AuthorisationFailed.self, AuthorisationReleased.self,
    AuthorisationEnded.self, PaymentActionEnded.self, QuoteRefused.self, CompletionRefused.self,
    CancellationRefused.self, CorrectionRefused.self, WriteOffRefused.self,
  ]
  /// The types of events that had what was owed be collected, for this ride and for others: the trace of each shows them.
  private static let leading = [CardChanged.eventType, AccountDeposited.eventType]

  private init(_ ride: String, _ services: RideServices) {
    self.ride = ride
    self.services = services
    types = services.types.filter { $0 is any RideEvent.Type }.map { $0.eventType }
  }

  /// A ride's events.
  ///
  /// - Parameters:
  ///   - ride: its id.
  ///   - services: what there is.
  ///   - told: ids of some of them that services have stored.
  static func subject(_ ride: String, _ services: RideServices, told: [String] = []) -> TracedSubject {
    let catalog = services.catalog
    let first: [any RideEvent.Type] = [
      RideQuoted.self, RideRequested.self, RideStarted.self, RideCompleted.self, RideCancelled.self,
    ]
    return TracedSubject(
      ride, first: first.map { TracedSubject.Name($0.eventID(ofRide: ride), topic: catalog.topic(of: $0.eventType)) },
      about: catalog.ride, topic: catalog.topic, leads: leading.contains
    ) { found in
      var names = RideNames(ride, services)
      names.addOwn()
      for id in told {
        names.add(id)
        names.add(owedBecause: id)
      }
      for event in found { names.add(event) }
      return Array(names.names)
    }
  }

  private mutating func add(_ id: String, _ type: EventType) {
    guard id.utf8.count <= Identifier.longest else { return }
    names.insert(TracedSubject.Name(id, topic: services.catalog.topic(of: type)))
  }

  /// What follows from the ride alone.
  private mutating func addOwn() {
    for type in types { add("\(type.rawValue):\(ride)", type) }
    for type in [RideRated.eventType, RatingRevealed.eventType] { add(Rater.driver.eventID(type, ofRide: ride), type) }
    add(numbers: 1)
  }

  /// Receipts and further attempts at a payment, of which there is at least this one.
  private mutating func add(numbers number: Int) {
    // The next may be there as well.
    for number in number...min(number, Int(Int32.max)) + 1 {
      add(ReceiptSent.id(ride: ride, version: number), ReceiptSent.eventType)
      add("\(ReceiptFailed.eventType.rawValue):\(ride):\(number)", ReceiptFailed.eventType)
      add(
        OutcomeID.of(PaymentRetryDue.eventType, ride: ride, correction: "\(number)"), PaymentRetryDue.eventType)
      for type in [PaymentCaptured.eventType, PaymentFailed.eventType, PaymentRefunded.eventType] {
        let retried = EventType(rawValue: "\(type.rawValue)~\(number)")
        add(OutcomeID.of(retried, ride: ride, correction: ""), type)
      }
    }
  }

  /// What came of something about the ride that has a name: a correction, a tip, a dispute, a driver who took it, a quote.
  private mutating func add(named name: String) {
    for type in types { add(OutcomeID.of(type, ride: ride, correction: name), type) }
  }

  /// What became of what was owed, because of something that is called so.
  private mutating func add(owedBecause id: String) {
    func add<Outcome>(_ type: PaymentEvent<Outcome>.Type) {
      self.add(type.id(ofRide: ride, cause: id), type.eventType)
    }
    add(PaymentCaptured.self)
    add(PaymentFailed.self)
    add(PaymentWrittenOff.self)
    self.add(OutcomeID.of(ArrearsDue.eventType, ride: ride, cause: id), ArrearsDue.eventType)
  }

  /// The attempts with another card, and what became of them.
  private mutating func add(series: String) {
    for attempt in 1...PaymentRetryDue.days.count {
      let id = PaymentRetryDue.id(ofRide: ride, attempt: attempt, series: series)
      add(id, PaymentRetryDue.eventType)
      add(owedBecause: id)
    }
  }

  /// What is called so, and what came of it.
  private mutating func add(_ id: String) {
    for type in Self.caused { add(OutcomeID.of(type.eventType, cause: id), type.eventType) }
    if let type = (types + Self.leading).first(where: { id.hasPrefix($0.rawValue) }) {
      add(id, type)
    } else {
      // A producer's own: of whichever type.
      for type in types + Self.leading { add(id, type) }
    }
    let parts = id.split(separator: "/", maxSplits: 2)
    guard parts.count == 3, let count = Int(parts[1]), parts[2].utf8.count > count else { return }
    add(named: String(decoding: parts[2].utf8.dropFirst(count + 1), as: UTF8.self))
  }

  /// What one event tells of others.
  private mutating func add(_ event: RecordedEvent) {
    guard let header = event.header else { return }
    add(header.id)
    do throws(JSONError) {
      let told = try services.catalog.withData(ofEvent: event.json.span) { (data) throws(JSONError) in
        try ToldNames(from: data)
      }
      for id in told.ids { add(id) }
      for name in told.names { add(named: name) }
      if let number = told.number { add(numbers: number) }
      switch header.type {
      case RideRated.eventType:
        let rating = try RideRated(ofEvent: event.json.span)
        add(RatingRefused.id(of: header.id, saying: rating), RatingRefused.eventType)
      case RideCompleted.eventType:
        let completed = try RideCompleted(ofEvent: event.json.span)
        add(CompletionRefused.id(of: header.id, saying: completed), CompletionRefused.eventType)
      case ArrearsDue.eventType:
        add(owedBecause: header.id)
        if try ArrearsDue(ofEvent: event.json.span).replacesCard { add(series: header.id) }
      case ArrearsEnded.eventType, WriteOffRequested.eventType: add(owedBecause: header.id)
      default: break
      }
    } catch {
      // It tells nothing then; who handles it says why.
    }
  }

  /// The fields by which an event tells of others.
  private struct ToldNames: JSONReadable {
    private(set) var ids: [String] = []
    private(set) var names: [String] = []
    private(set) var number: Int?

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      // Those of other types that have such a field mean something else by it.
      func text(_ name: StaticString, _ object: inout JSONObject) -> [String] {
        ((try? object.optional(name)) as String?).map { [$0] } ?? []
      }
      func number(_ name: StaticString, _ object: inout JSONObject) -> [Int] {
        ((try? object.optional(name)) as Int?).map { [$0] } ?? []
      }
      ids =
        text("request", &object) + text("cause", &object) + text("completion", &object) + text("cancellation", &object)
      names =
        text("correction", &object) + text("tip", &object) + text("dispute", &object) + text("driverId", &object)
      if let quote = (try? object.optional("quote")) as Quote?, let id = quote.id { names.append(id) }
      let numbers = number("version", &object) + number("retry", &object) + number("attempt", &object)
      self.number = numbers.filter { $0 > 0 }.max()
    }
  }
}
