import EventStreams
import Foundation
import Testing

@testable import RideHailing

/// Events from outside, through all that reads them.
@Suite("Mutated events") struct EventFuzzTests {
  private static let catalog = EventCatalog(RideServices.standard.types)

  /// Events of all types, as they are logged.
  static let events: [[UInt8]] = {
    var events: [EncodedEvent] = []
    for ride in RideSimulator(seed: 5).prefix(20) {
      let data = ride.completed.event
      let state = CorrectedRide(data)
      let money = Money(500, data.fare.currency)
      let driver = AccountHolder(.driver, data.driverID)
      events += ride.events
      events += [
        EncodedEvent(
          RideRated(rideID: data.rideID, driverID: data.driverID, city: data.city, stars: 4, comment: "ótimo")),
        EncodedEvent(RefundRequested(of: state, amount: 1, correction: "c", reason: "late")),
        EncodedEvent(RideRefunded(of: state, amount: 1, correction: "c", reason: "late")),
        EncodedEvent(FareAdjustmentRequested(of: state, newFare: data.fare, correction: "c", reason: "wrong")),
        EncodedEvent(FareAdjusted(of: state, newFare: data.fare, correction: "c", reason: "wrong")),
        EncodedEvent(AccountDeposited(driver, city: data.city, amount: money, movement: "m")),
        EncodedEvent(AccountAdjusted(driver, city: data.city, amount: -money, movement: "a", reason: "why")),
        EncodedEvent(AccountWithdrawalRequested(driver, city: data.city, amount: money, movement: "w")),
        EncodedEvent(
          SurgeUpdated(
            city: data.city, minute: 5, cells: [.init("u4pruy", multiplierPercent: 140, demand: 9, supply: 2)])),
        EncodedEvent(
          PaymentFailed(
            rideID: data.rideID, riderID: data.riderID, city: data.city, amount: money, method: .card, reference: "ch",
            reason: "no")),
      ]
    }
    return events.map(\.json)
  }()

  @Test("are refused, or logged so that they are read back as the same, and end no handler's process")
  func events() async {
    let services = [
      PaymentService(gateway: SandboxGateway()).service, DriverService().service, RatingService().service,
      SurgeService().service, NotificationService.repeating(Decided()),
    ]
    let shard = OwnedShard(number: 0, epoch: 1, reader: NoState())
    var run = FuzzRun("events")
    await run.run(40, of: Self.events) { (input: [UInt8]) async throws -> Bool in
      // As the worker reads what somebody else has logged: strict or not.
      let id = EntryID(milliseconds: 1_795_000_000_000, sequence: 0)
      for service in services { _ = try? await service.effects(of: input, entryID: id, shard: shard) }
      guard let event = try? Self.catalog.read(input.span) else { return false }
      let again = try Self.catalog.read(event.json.span)
      #expect(
        again.json == event.json && again.id.hasSameBytes(as: event.id) && event.json.count <= EncodedEvent.longest)
      return true
    }
  }

  @Test("of every type are written as they were read")
  func types() async {
    var run = FuzzRun("data")
    await run.run(20, of: Self.events) { (input: [UInt8]) async throws -> Bool in
      guard let header = try? EventHeader(ofEvent: input.span, fallbackID: ""),
        let type = RideServices.standard.types.first(where: { $0.eventType == header.type })
      else { return false }
      return try Self.readsBack(type, input)
    }
  }

  private static func readsBack<Data: EventData>(_ type: Data.Type, _ input: [UInt8]) throws -> Bool {
    guard let data = try? Data(ofEvent: input.span) else { return false }
    let written = JSONWriter.bytes(of: data)
    var parser = JSONParser()
    #expect(JSONWriter.bytes(of: try Data(from: parser.parse(written.span))) == written)
    return true
  }

  @Test("in whatever input, in whatever pieces, make documents of it")
  func input() async {
    var run = FuzzRun("input")
    let lines: [UInt8] = Self.events[0] + [0x0a] + Self.events[1] + [0x0a]
    let array: [UInt8] = [0x5b] + Self.events[0] + [0x2c] + Self.events[1] + [0x5d]
    let seeds = [lines, array, Array("{\n \"type\": \"X\"\n}\n{\n}\n".utf8)]
    await run.run(3, of: seeds) { bytes in
      var whole = EventInput()
      let documents = whole.read(bytes) + whole.finish()
      var pieces = EventInput()
      var others: [InputDocument] = []
      for start in stride(from: 0, to: bytes.count, by: 7) {
        others += pieces.read(Array(bytes[start..<min(start + 7, bytes.count)]))
      }
      others += pieces.finish()
      #expect(documents.map(\.place) == others.map(\.place))
      return !documents.isEmpty
    }
  }

  @Test("that services have stored are refused or read back")
  func stored() async {
    var run = FuzzRun("stored")
    let texts: [String] = [
      #"{"reason":"no","attempts":3,"firstError":"a","lastError":"b","worker":"w","at":"2026-04-03T10:30:00Z"}"#,
      #"{"attempts":3,"firstError":"a","firstAt":"2026-04-03T10:30:00Z","lastError":"b","lastAt":"2026-04-03T10:30:00Z"}"#,
      #"{"k":"earned","r":"r","e":1775212200000007,"t":1775212200000,"c":"EUR","p":["clearing",-12,"driver:d",12],"n":[12,0,0,0,0],"j":"j"}"#,
      #"{"city":"Paris","percent":140,"demand":9,"supply":2,"minute":5}"#,
      #"{"rider":"u","driver":"d","city":"Paris","openedAt":"2026-04-03T10:30:00Z"}"#, #""driver:d""#,
      #"{"lat":48.8,"lon":2.35}"#,
    ]
    let seeds = texts.map { Array($0.utf8) }
    await run.run(10, of: seeds) { (input: [UInt8]) async throws -> Bool in
      func reads<Value: JSONReadable & JSONWritable>(_ type: Value.Type) throws -> Bool {
        var parser = JSONParser()
        guard let value = try? Value(from: parser.parse(input.span)) else { return false }
        let written = JSONWriter.bytes(of: value)
        #expect(JSONWriter.bytes(of: try Value(from: parser.parse(written.span))) == written)
        return true
      }
      let results: [Bool] = try [
        reads(DeadLetter.About.self), reads(Failures.self), reads(Journal.self), reads(SurgeMultiplier.self),
        reads(RatingWindow.self), reads(AccountHolder.self), reads(Coordinate.self), reads(Int.self),
        reads(Double.self),
      ]
      return results.contains(true)
    }
  }
}
