import EventStreams
import Testing

@testable import RideHailing

@Suite("What is stored of a journal") struct JournalRecordTests {
  private let time = Timestamp(secondsSinceEpoch: 1_775_212_200)

  private func journal(
    _ id: String, effectiveAt: Timestamp? = nil, _ postings: [Posting]
  ) throws -> Journal {
    var earning = Earning()
    (earning.fare, earning.commission, earning.tips, earning.tolls, earning.cash) = (1000, 200, 30, 4, 5)
    return try Journal(
      id: id, kind: .earned, rideID: "r", effectiveAt: effectiveAt ?? time + .microseconds(7), recordedAt: time,
      corrects: "c", reason: "w", earning: earning, postings: postings)
  }

  private func stored(_ journal: Journal) throws -> [(stream: String, Journal)] {
    var parser = JSONParser()
    return try Effects { journal.post(to: &$0) }.writes { _ in true }.compactMap {
      guard case .append(let stream, let record) = $0 else { return nil }
      return (stream, try Journal(from: parser.parse(record.span)))
    }
  }

  private let usual: [Posting] = [
    .debit(.clearing, Money(1230, .eur)), .credit(.driver("d-5"), Money(1000, .eur)),
    .credit(.cash(driver: "d-5"), Money(230, .eur)),
  ]

  @Test("is one record, which reads back as it was, under the name that it has as a ride's own and under any other")
  func one() throws {
    for id in ["driver:RIDE_COMPLETED:r", "driver:RIDE_COMPLETED:s", "payment:RIDE_COMPLETED:r"] {
      let journal = try journal(id, usual)
      let stored = try stored(journal)
      #expect(stored.map(\.1) == [journal])
    }
    let record = JSONWriter.bytes(of: try journal("driver:RIDE_COMPLETED:r", usual))
    #expect(
      String(decoding: record, as: UTF8.self)
        == #"{"k":"earned","r":"r","e":1775212200000007,"t":1775212200000,"c":"EUR","p":["clearing",-1230,"driver:d-5",1000,"cash:d-5",230],"n":[1000,200,30,4,5],"x":"c","w":"w"}"#
    )
  }

  @Test(
    "is a part for each of several holders and currencies, so that each account's entries are where its holder's are")
  func several() throws {
    // Holders of different slices.
    let holders = ["a", "b", "c", "d", "e", "f"]
    var postings = usual
    for (currency, factor) in [(Currency.eur, 1), (.usd, 10)] {
      for holder in holders { postings.append(.credit(.rider(holder), Money(factor, currency))) }
      postings.append(.debit(.bank, Money(holders.count * factor, currency)))
    }
    let journal = try journal("x", postings)
    let stored = try stored(journal)
    #expect(Set(stored.map(\.stream)).count > 3)
    for (stream, part) in stored {
      #expect(Set(part.postings.map(\.amount.currency)).count == 1)
      for posting in part.postings where posting.account.holder != nil {
        #expect(JournalBucket.slices(of: posting.account).contains { stream.hasSuffix(":\($0)") })
      }
    }
    #expect(Set(stored.flatMap(\.1.postings)) == Set(postings))
    #expect(stored.flatMap(\.1.postings).count == postings.count)
  }

  @Test("lies in a bucket whose name tells when it was recorded and counts from, however far these are apart")
  func buckets() throws {
    let day = Duration.seconds(86_400)
    for days in [-20_000, -400, -33, -2, -1, 0, 1, 2, 40, 500_000] {
      let effective = time + day * days
      let bucket = JournalBucket(recordedAt: time, effectiveAt: effective)
      #expect(JournalBucket(name: bucket.name) == bucket)
      #expect(bucket.recorded.contains(time))
      #expect(bucket.effective.contains(effective), "\(days)")
      #expect((bucket.run == nil) == [-1, 0].contains(days))
      let slice = JournalBucket.slices(of: .driver("d-5")).lowerBound
      let stored = try stored(journal("j", effectiveAt: effective, usual))
      #expect(stored.map(\.stream) == [bucket.stream(slice)])
    }
    for name in ["", "x", "1@", "1@x", "1@2@3", "20546|clearing|EUR", "20546@3|clearing|EUR"] {
      #expect(JournalBucket(name: name) == nil)
    }
  }
}
