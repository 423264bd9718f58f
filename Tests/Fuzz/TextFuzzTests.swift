import EventStreams
import Foundation
import HiredisClient
import RideHailing
import Testing

/// Short texts from outside: times, numbers, amounts, ids, addresses; and rows of files.
@Suite("Mutated texts") struct TextFuzzTests {
  private static func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  @Test("are no time, or one that is read back as the same, also after arithmetic")
  func times() async {
    var run = FuzzRun("times")
    let seeds = Self.bytes(
      "2026-04-03T10:30:00Z", "9999-12-31T23:59:59.999999Z", "0000-01-01T00:00:00-23:59", "2024-02-29t23:59:59.5+02:00")
    await run.run(8, of: seeds) { (input: [UInt8]) async throws -> Bool in
      guard let time = try? Timestamp(iso8601: String(decoding: input, as: UTF8.self)) else { return false }
      for moment in [time, time + .seconds(86_400 * 400), time - .seconds(Int64.max)] {
        #expect(try Timestamp(iso8601: moment.description) == moment)
      }
      return true
    }
  }

  @Test("are no number, amount or entry id, or one that is read back as the same")
  func numbers() async {
    var run = FuzzRun("numbers")
    let seeds = Self.bytes(
      "12.50", "-3", "800.0", "1e3", "9007199254740993.0", "1700000000000-3", "9223372036854775807-0", "0.001e3")
    await run.run(8, of: seeds) { (input: [UInt8]) async throws -> Bool in
      let text = String(decoding: input, as: UTF8.self)
      var isSome = false
      for currency in [Currency.usd, Currency("JPY"), Currency("KWD")] {
        guard let currency, let money = Money(decimal: text, currency) else { continue }
        #expect(Money(decimal: money.decimal, currency) == money)
        #expect(-(-money) == money && money.share(basisPoints: 10_000) == money)
        isSome = true
      }
      if let id = EntryID(text) {
        #expect(EntryID(id.description) == id && id.next >= id)
        #expect(try Timestamp(iso8601: (id.recordedAt + .seconds(60)).description) >= id.recordedAt)
        isSome = true
      }
      var parser = JSONParser()
      if let number = try? parser.parse(input.span).integer() {
        let written = JSONWriter.bytes(of: number)
        #expect(try parser.parse(written.span).integer() == number)
        isSome = true
      }
      if let number = try? parser.parse(input.span).double() {
        let written = JSONWriter.bytes(of: number)
        #expect(try parser.parse(written.span).double() == number)
      }
      return isSome
    }
  }

  @Test("are no address of a server, or one")
  func addresses() async {
    var run = FuzzRun("addresses")
    let seeds = Self.bytes(
      "redis://user:p%40ss@host:6379/3", "unix:///tmp/a%20b.sock?db=2", "rediss://[::1]:6380", "localhost:1")
    await run.run(3, of: seeds) { (input: [UInt8]) async throws -> Bool in
      guard let url = try? RedisURL(String(decoding: input, as: UTF8.self)) else { return false }
      return !url.description.isEmpty
    }
  }

  @Test("are no trips, or rides whose events are let in")
  func rows() async throws {
    let catalog = EventCatalog(RideServices.standard.types)
    let header =
      "pickup,dropoff,passengers,distance,fare,tip,tolls,total,color,payment,pickup_zone,dropoff_zone,pickup_borough,dropoff_borough\n"
    let row =
      "2019-03-23 20:21:09,2019-03-23 20:27:24,1,1.6,7.0,2.15,0.0,12.95,yellow,credit card,Lenox Hill West,UN/Turtle Bay South,Manhattan,Manhattan"
    var run = FuzzRun("rows")
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "trips.csv")
    var rides = 0
    // Many rows to a file.
    let rows = max(20, FuzzRun.inputs * 4 / 100)
    for start in stride(from: 0, to: rows, by: 2000) {
      var text = Array(header.utf8)
      for _ in start..<min(start + 2000, rows) { text += run.mutator.mutated([Array(row.utf8)]) + [0x0a] }
      text += Array("\(row)\n".utf8)
      try Data(text).write(to: file)
      let handle = try FileHandle(forReadingFrom: file)
      defer { try? handle.close() }
      var trips = try RideImport(format: .nycTaxis, fileDescriptor: handle.fileDescriptor)
      while let item = try trips.next() {
        guard case .ride(let requested, let completed) = item else { continue }
        rides += 1
        let events = [
          EncodedEvent(requested.event, timestamp: requested.at),
          EncodedEvent(completed.event, timestamp: completed.at),
        ]
        for event in events { #expect(throws: Never.self) { try catalog.read(event.json.span) } }
      }
    }
    print("fuzz: rows: \(rows) inputs, \(rides) rides")
    #expect(rides > 0)
  }
}
