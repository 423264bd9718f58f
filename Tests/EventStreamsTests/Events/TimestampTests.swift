import EventStreams
import Foundation
import RandomTestSupport
import Testing

@Suite("A timestamp") struct TimestampTests {
  @Test(
    "is read with its zone and written in UTC",
    arguments: [
      ("2026-04-03T10:30:00Z", "2026-04-03T10:30:00Z"), ("2026-04-03T10:30:00+02:00", "2026-04-03T08:30:00Z"),
      ("2026-01-01 00:30:00-05:30", "2026-01-01T06:00:00Z"), ("2024-02-29T23:59:59.5Z", "2024-02-29T23:59:59.500Z"),
      ("1969-12-31T23:59:59.123456789Z", "1969-12-31T23:59:59.123456Z"),
      ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"), ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
      ("9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59.999999Z"),
    ])
  func reads(text: String, written: String) throws {
    #expect(try Timestamp(iso8601: text).description == written)
  }

  @Test(
    "is refused with the reason",
    arguments: [
      ("2026-04-03T10:30:00", "expected a time with its zone, as Z or +02:00"),
      ("2026-02-29T10:30:00Z", "there is no such date"),
      ("2026-04-03T24:00:00Z", "there is no such time of day"),
      ("2026-04-03T10:30:60Z", "there is no such time of day"),
      ("9999-12-31T23:59:59-23:00", "in UTC it is outside the years 0000 to 9999"),
      ("0000-01-01T00:00:00+00:01", "in UTC it is outside the years 0000 to 9999"),
      ("2026-12-31T23:59:60Z", "there is no such time of day"),
      ("2026-04-03", "expected a time like 2026-04-03T10:30:00Z"),
      ("yesterday", "expected a time like 2026-04-03T10:30:00Z"),
      ("2026-04-03T10:30:00Zjunk", "expected a time like 2026-04-03T10:30:00Z"),
      ("2026-04-03T10:30:00.Z", "expected a time like 2026-04-03T10:30:00Z"),
    ])
  func refuses(text: String, problem: String) {
    #expect(throws: JSONError(problem: "\(problem), found \"\(text)\"")) { try Timestamp(iso8601: text) }
  }

  @Test("agrees with Foundation over four centuries")
  func agrees() throws {
    var generator = Seeded(state: 7)
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -6_000_000_000...8_000_000_000, using: &generator)
      let timestamp = Timestamp(secondsSinceEpoch: seconds)
      let reference = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
      #expect(timestamp.description == reference)
      #expect(try Timestamp(iso8601: reference) == timestamp)
    }
  }

  @Test("is never outside the years 0 to 9999, whatever it is made of or is added to it")
  func bounds() throws {
    let times = [
      Timestamp(microsecondsSinceEpoch: .max), Timestamp(microsecondsSinceEpoch: .min), .earliest, .latest, .now(),
      Timestamp(millisecondsSinceEpoch: .max), Timestamp(secondsSinceEpoch: .min),
      try #require(EntryID("9223372036854775807-0")).recordedAt,
      EntryID(milliseconds: .max, sequence: .max).next.recordedAt,
    ]
    let longest = Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999)
    let shortest = Duration(secondsComponent: .min, attosecondsComponent: 0)
    for time in times {
      for moment in [time, time + longest, time - longest, time + shortest, time - shortest, time + .seconds(1)] {
        #expect(try Timestamp(iso8601: moment.description) == moment)
      }
      #expect(time + longest == .latest && time - longest == .earliest)
      #expect(time + shortest == .earliest && time - shortest == .latest)
    }
    #expect(Timestamp.latest - .earliest > .seconds(300_000_000_000))
  }

  @Test("are dates of Foundation, and back, to the microsecond")
  func dates() throws {
    let time = try Timestamp(iso8601: "2026-04-03T10:30:00.25Z")
    #expect(Date(time).timeIntervalSince1970 == 1_775_212_200.25)
    #expect(Timestamp(Date(time)) == time)
    #expect(Timestamp(Date(timeIntervalSince1970: -0.000_000_5)) == Timestamp(microsecondsSinceEpoch: -1))
    #expect(Timestamp(.distantFuture) > time)
    #expect(Timestamp(Date(timeIntervalSince1970: .infinity)) == .latest)
    #expect(Timestamp(Date(timeIntervalSince1970: -1e300)) == .earliest)
  }
}
