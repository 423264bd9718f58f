import EventStreams
import EventStreamsTesting
import Testing

@Suite("A service in a harness") struct ServiceHarnessTests {
  private struct Busy: Error {}

  /// A later version.
  private struct NewlyNoted: EventData {
    static let eventType = Noted.eventType
    static let version = 2
    let orderingKey: String

    init(_ key: String) { orderingKey = key }
    init(from json: borrowing JSONValue) throws(JSONError) { orderingKey = try String(from: json) }
    func write(to json: inout JSONWriter) { orderingKey.write(to: &json) }
  }

  private var service: EventService {
    var service = EventService("noting")
    service.on(Noted.self) { event in
      switch event.data.number {
      case ..<0: throw Unprocessable("\(event.data.number) is below 0")
      case 7 where event.attempt == 1: throw Busy()
      case 8: throw RetryLater(after: .seconds(3), "later")
      case 9: return Effects { $0.increment("sums", "all", by: .max) }
      default: break
      }
      let last = try await event.shard.field("last", event.data.key)
      return Effects {
        $0.append(to: "notes", "\(event.data.number) after \(last ?? "nothing")")
        $0.increment("sums", "all", by: event.data.number)
        $0.set("last", event.data.key, to: "\(event.data.number)")
        $0.publish(Noted("follow", event.data.number))
        $0.publish(Noted("later", event.data.number), due: event.timestamp + .seconds(60))
        $0.cancel("NOTED:later:\(event.data.number - 1)")
      }
    }
    return service
  }

  @Test("has its effects, and reads what it has written; it dies without a trace")
  func effects() async throws {
    let harness = ServiceHarness(service)
    #expect(await harness.handle(Noted("k", 1)).isApplied)
    #expect(await harness.handle(Noted("k", 2), deaths: 2).isApplied)
    #expect(try await harness.records("notes", as: String.self) == ["1 after nothing", "2 after 1"])
    #expect(try await harness.number("sums", "all") == 3)
    #expect(try await harness.number("sums", "none") == 0)
    #expect(try await harness.field("last", "k") == "2")
    await #expect(throws: ServiceHarness.NoNumber.self) {
      await harness.handle(Noted("k", 1))
      _ = try await harness.number("last", "none")
      var odd = EventService("odd")
      odd.on(Noted.self) { _ in Effects { $0.set("odd", "field", to: "one") } }
      let other = ServiceHarness(odd)
      await other.handle(Noted("k", 1))
      _ = try await other.number("odd", "field")
    }
  }

  @Test(
    "is declared in place, as a value that closures capture; a handler can say which event a line of its log is about")
  func declaring() async throws {
    let service = EventService("telling").declaring { service in
      service.on(Noted.self) { event in
        let said = event.metadata.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return Effects { $0.append(to: "log", said.joined(separator: ", ")) }
      }
    }
    let harness = await Task { ServiceHarness(service) }.value
    await harness.handle(Noted("k", 1))
    let line = try #require(try await harness.records("log", as: String.self).first)
    #expect(line.contains(/^attempt 1, entry [0-9-]+, event NOTED:k:1, key k, shard [0-9]+, type NOTED$/), "\(line)")
  }

  @Test("publishes each event once; what is due comes when it is, unless it was cancelled")
  func publishes() async throws {
    let harness = ServiceHarness(service)
    let time = try Timestamp(iso8601: "2026-04-03T10:30:00Z")
    await harness.handle(Noted("k", 1), timestamp: time)
    await harness.handle(Noted("k", 1), id: "another", timestamp: time)
    await harness.handle(Noted("k", 2), timestamp: time)
    #expect(await harness.published.map(\.id) == ["NOTED:follow:1", "NOTED:follow:2"])
    #expect(await harness.scheduled.map(\.event.id) == ["NOTED:later:2"])
    await harness.handleWhatIsDue(by: time + .seconds(59))
    #expect(try await harness.field("last", "later") == nil)
    await harness.handleWhatIsDue(by: time + .seconds(60))
    #expect(try await harness.field("last", "later") == "2")
  }

  @Test("says what a worker would make of what it can't handle, and nothing is left of it")
  func failures() async throws {
    let harness = ServiceHarness(service)
    await harness.handle(Noted("k", 1))
    #expect(await harness.handle(Noted("k", -1)) == .dead("-1 is below 0"))
    #expect(await harness.handle(Noted("k", 7)) == .retried("Busy()", after: nil))
    #expect(await harness.handle(Noted("k", 8)) == .retried("later", after: .seconds(3)))
    #expect(
      await harness.handle(Noted("k", 9)) == .dead("a commit would refuse its effects: a number is none, or too large"))
    #expect(await harness.handle(Remarked("k", 1)) == .notWanted)
    #expect(await harness.handle(NewlyNoted("k")) == .held)
    #expect(try await harness.records("notes", as: String.self) == ["1 after nothing"])
    #expect(await harness.handle(Noted("k", 7), deaths: 1).isApplied)
  }
}
