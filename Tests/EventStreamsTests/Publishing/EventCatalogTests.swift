import EventStreams
import Testing

@Suite("The catalog of events") struct EventCatalogTests {
  static let catalog = EventCatalog([Noted.self])

  static func read(_ text: String) -> Result<EncodedEvent, JSONError> {
    do throws(JSONError) {
      return .success(try catalog.read(text.utf8.span))
    } catch {
      return .failure(error)
    }
  }

  @Test("reads an event as users write it, and writes it with id and key, in UTC, and its data as they are")
  func reads() throws {
    let event = try Self.read(
      """
      { "data": {"number": 1, "key": "k", "place": "there", "more": true}, "timestamp": "2026-04-03T12:30:00+02:00", "type": "NOTED" }
      """
    ).get()
    #expect(event.id == "NOTED:k:1")
    #expect(event.shardKey == "there")
    #expect(
      String(decoding: event.json, as: UTF8.self)
        == #"{"id":"NOTED:k:1","type":"NOTED","timestamp":"2026-04-03T10:30:00Z","key":"k","data":{"number":1,"key":"k","place":"there","more":true}}"#
    )
  }

  @Test("keeps the id, key and trace context that are given")
  func keeps() throws {
    let event = try Self.read(
      #"{"id":"mine","key":"other","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","version":1,"type":"NOTED","timestamp":"2026-04-03T10:30:00Z","data":{"key":"k","number":1}}"#
    ).get()
    #expect(event.id == "mine")
    let json = String(decoding: event.json, as: UTF8.self)
    #expect(
      json.contains(#""key":"other","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","data""#))
    #expect(try Self.catalog.read(event.json.span).json == event.json)
  }

  @Test(
    "names the field that is wrong",
    arguments: [
      (#"{"type":"NOTD","timestamp":"2026-04-03T10:30:00Z","data":{}}"#, "type: \"NOTD\" is none of NOTED"),
      (#"{"timestamp":"2026-04-03T10:30:00Z","data":{}}"#, "type: is missing"),
      (#"{"type":"NOTED","data":{"key":"k","number":1}}"#, "timestamp: is missing"),
      (
        #"{"type":"NOTED","timestamp":"2026-04-03T10:30:00","data":{"key":"k","number":1}}"#,
        "timestamp: expected a time with its zone"
      ),
      (#"{"type":"NOTED","timestamp":"2026-04-03T10:30:00Z","data":{"key":"k"}}"#, "data.number: is missing"),
      (#"{"type":"NOTED","timestamp":"2026-04-03T10:30:00Z"}"#, "data: is missing"),
      (#"{"id":"","type":"NOTED","timestamp":"2026-04-03T10:30:00Z","data":{"key":"k","number":1}}"#, "id: "),
      (
        #"{"version":2,"type":"NOTED","timestamp":"2026-04-03T10:30:00Z","data":{"key":"k","number":1}}"#,
        "version: NOTED version 2 is newer"
      ),
      ("[]", "expected an object"), ("{", "not JSON"), ("", "not JSON"),
    ])
  func names(_ text: String, _ problem: String) throws {
    let result = Self.read(text)
    guard case .failure(let error) = result else {
      Issue.record("accepted \(text)")
      return
    }
    #expect(error.description.hasPrefix(problem), "\(error)")
  }
}
