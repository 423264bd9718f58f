import EventStreams
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("Planted violations") struct PlantedViolationTests {
  private static let journals: [Plant] = [
    Plant(
      what: "a charge that is missing", kind: .missingJournal, service: "payment", ride: "card",
      key: "payment:RIDE_COMPLETED:card"
    ) {
      try await $0.change("payment", "payment:RIDE_COMPLETED:card", times: 0)
    },
    Plant(
      what: "an earning that is missing", kind: .missingJournal, service: "driver", ride: "card",
      key: "driver:RIDE_COMPLETED:card"
    ) {
      try await $0.change("driver", "driver:RIDE_COMPLETED:card", times: 0)
    },
    Plant(
      what: "a charge that leaves clearing uneven", kind: .clearing, service: "payment and driver", ride: "card",
      key: "clearing"
    ) {
      try await $0.change("payment", "payment:RIDE_COMPLETED:card", times: 0)
    },
    Plant(
      what: "something carried on of entries that have not left", kind: .closedEntries, service: "driver", ride: nil,
      key: "closed:counts[platform|USD]"
    ) {
      try await $0.set("driver", "closed:counts", "platform|USD", "5")
    },
    Plant(
      what: "a double charge", kind: .doubledJournal, service: "payment", ride: "card",
      key: "payment:RIDE_COMPLETED:card"
    ) {
      try await $0.change("payment", "payment:RIDE_COMPLETED:card", times: 2)
    },
    Plant(
      what: "a doubled earning", kind: .doubledJournal, service: "driver", ride: "up", key: "driver:RIDE_COMPLETED:up"
    ) {
      try await $0.change("driver", "driver:RIDE_COMPLETED:up", times: 2)
    },
    Plant(
      what: "taxes on another account", kind: .alteredJournal, service: "driver", ride: "card",
      key: "driver:RIDE_COMPLETED:card"
    ) {
      try await $0.remove("driver", .taxes) { $0.id == "driver:RIDE_COMPLETED:card" }
      try await $0.book("driver", "elsewhere", 80, journal: "driver:RIDE_COMPLETED:card", kind: "earned", ride: "card")
    },
    Plant(
      what: "a journal that does not sum to zero", kind: .unbalancedJournal, service: "driver", ride: "wallet",
      key: "driver:RIDE_COMPLETED:wallet"
    ) {
      try await $0.remove("driver", .platform) { $0.id == "driver:RIDE_COMPLETED:wallet" }
    },
    Plant(
      what: "a journal where no statement of its accounts looks for it", kind: .misplacedJournal, service: "driver",
      ride: "card", key: "driver:RIDE_COMPLETED:card"
    ) {
      try await $0.rewrite(
        "driver", to: { $0.id == "driver:RIDE_COMPLETED:card" ? "\($1.dropLast())\($1.hasSuffix("7") ? 8 : 7)" : $1 }
      ) { [$0] }
    },
    Plant(what: "a journal of nobody's", kind: .unknownJournal, service: "payment", ride: "x", key: "payment:x") {
      try await $0.book("payment", "a", 5, journal: "payment:x", kind: "charged", ride: "x")
      try await $0.book("payment", "b", -5, journal: "payment:x", kind: "charged", ride: "x")
    },
    Plant(
      what: "a balance that is not the sum of its entries", kind: .balance, service: "driver", ride: nil,
      key: "driver:driver-1|USD"
    ) {
      try await $0.move("driver", "driver:driver-1", 1)
    },
    Plant(
      what: "money paid out that was not there", kind: .overpaid, service: "driver", ride: nil, key: "driver:driver-2"
    ) {
      try await $0.book("driver", "driver:driver-2", -2000, journal: "driver:w", kind: "paidOut")
      try await $0.book("driver", "bank", 2000, journal: "driver:w", kind: "paidOut")
    },
    Plant(
      what: "what is payable to a driver, too high", kind: .payable, service: "driver", ride: nil,
      key: "driver:driver-1|USD"
    ) {
      try await $0.book(
        "driver", "driver:driver-1", 900, journal: "driver:RIDE_COMPLETED:card", kind: "earned", ride: "card")
      try await $0.book("driver", "bank", -900, journal: "driver:RIDE_COMPLETED:card", kind: "earned", ride: "card")
    },
    Plant(
      what: "cash that the driver does not hold", kind: .cash, service: "payment and driver", ride: "cash", key: "cash"
    ) {
      try await $0.remove("driver", .cash(driver: "driver-2"))
      try await $0.book(
        "driver", "driver:driver-2", 1380, journal: "driver:RIDE_COMPLETED:cash", kind: "earned", ride: "cash")
    },
    Plant(
      what: "a refund booked to the wallet instead of the card", kind: .conservation, service: "payment", ride: "some",
      key: "journals: gateway"
    ) {
      try await $0.remove("payment", .gateway) { $0.id.contains("RIDE_REFUNDED") && $0.rideID == "some" }
      try await $0.book(
        "payment", "rider:rider-1", 500, journal: "payment:RIDE_REFUNDED/4/some/r-some", kind: "refunded", ride: "some")
    },
  ]

  private static let records: [Plant] = [
    Plant(
      what: "a payment record that is missing", kind: .missingRecord, service: "payment", ride: "card",
      key: "payments[card]"
    ) {
      try await $0.remove("payment", "payments", "card")
    },
    Plant(
      what: "a payment of another amount", kind: .alteredRecord, service: "payment", ride: "wallet",
      key: "payments[wallet]"
    ) {
      try await $0.alter("payment", "payments", "wallet", #""captured":1380"#, #""captured":1280"#)
    },
    Plant(what: "a payment of nobody's", kind: .unknownRecord, service: "payment", ride: "x", key: "payments[x]") {
      try await $0.set("payment", "payments", "x", "{}")
    },
    Plant(
      what: "a driver's ride that is missing", kind: .missingRecord, service: "driver", ride: "card", key: "rides[card]"
    ) {
      try await $0.remove("driver", "rides", "card")
    },
    Plant(
      what: "a commission of another rate", kind: .alteredRecord, service: "driver", ride: "card", key: "rides[card]"
    ) {
      try await $0.alter("driver", "rides", "card", #""basisPoints":2000"#, #""basisPoints":1000"#)
    },
    Plant(
      what: "a movement that could be booked again", kind: .missingRecord, service: "driver", ride: nil,
      key: "movements[ACCOUNT_ADJUSTED:adj]"
    ) {
      try await $0.remove("driver", "movements", "ACCOUNT_ADJUSTED:adj")
    },
    Plant(what: "a rating that is missing", kind: .missingRecord, service: "rating", ride: "card", key: "closed[card]")
    {
      try await $0.remove("rating", "closed", "card")
    },
    Plant(
      what: "a rating of a ride that nobody rated", kind: .unknownRecord, service: "rating", ride: "up",
      key: "closed[up]"
    ) {
      try await $0.set("rating", "closed", "up", "5")
    },
    Plant(
      what: "a receipt that is missing", kind: .missingRecord, service: "notification", ride: "card",
      key: "receipts[card]"
    ) {
      try await $0.remove("notification", "receipts", "card")
    },
    Plant(
      what: "a receipt that calls a declined card paid", kind: .receipt, service: "notification", ride: "poor",
      key: "version 1"
    ) {
      try await $0.alter(
        "notification", "receipts", "poor", #""said":{"fare":1380,"owed":1380}"#,
        #""said":{"fare":1380,"card":1380}"#)
    },
    Plant(
      what: "a receipt that does not know of the refund", kind: .receipt, service: "notification", ride: "some",
      key: "version 2"
    ) {
      try await $0.alter(
        "notification", "receipts", "some", #""said":{"fare":1380,"card":880,"refunded":500}"#,
        #""said":{"fare":1380,"card":1380}"#)
    },
    Plant(
      what: "what is owed, lower than it is", kind: .conservation, service: "payment", ride: "poor",
      key: "record: paid + owed + refunded"
    ) {
      try await $0.alter("payment", "payments", "poor", #""owed":1380"#, #""owed":380"#)
    },
    Plant(
      what: "a fare that was not corrected in the books", kind: .conservation, service: "payment", ride: "up",
      key: "record: fare"
    ) {
      try await $0.remove("payment", "corrected", "up")
    },
    Plant(
      what: "a charge that the gateway does not know", kind: .charge, service: "payment", ride: "card",
      key: "charge ch_other"
    ) {
      try await $0.alter("payment", "payments", "card", "ch_RIDE_COMPLETED:card", "ch_other")
    },
    Plant(
      what: "more back of a charge than was captured", kind: .charge, service: "payment", ride: "some",
      key: "charge ch_"
    ) {
      try await $0.alter(
        "payment", "corrected", "some", #""captured":1380,"refunded":500"#, #""captured":1380,"refunded":1500"#)
    },
  ]

  private static let events: [Plant] = [
    Plant(
      what: "a rating that nobody was asked for", kind: .missingEvent, service: "rating", ride: "card",
      key: "RATING_REQUESTED:card", usesArchive: false
    ) {
      try await $0.removeEvent("RATING_REQUESTED:card")
    },
    Plant(
      what: "a receipt that was never said to be sent", kind: .receipt, service: "notification", ride: "up",
      key: "version 2", usesArchive: false
    ) {
      try await $0.removeEvent("RECEIPT_SENT:up:2")
    },
    Plant(
      what: "a refund that nobody asked for", kind: .unknownEvent, service: "payment", ride: "card",
      key: "RIDE_REFUNDED:forged"
    ) {
      try await $0.log(
        "RIDE_REFUNDED", id: "RIDE_REFUNDED:forged", ride: "card",
        #""riderId":"rider-1","driverId":"driver-1","payment":{"method":"card","token":"t"},"fare":{"total":1380,"currency":"USD"},"amount":100,"correction":"forged","reason":"r""#
      )
    },
    Plant(what: "two charges for one ride", kind: .charge, service: "payment", ride: "card", key: "the ride") {
      try await $0.log(
        "PAYMENT_CAPTURED", id: "PAYMENT_CAPTURED:again", ride: "card",
        #""riderId":"rider-1","amount":1380,"currency":"USD","method":"card","reference":"ch_2","standing":{"fare":1380,"card":1380}"#
      )
    },
    Plant(
      what: "more captured than the ride costs", kind: .conservation, service: "payment", ride: "card",
      key: "events: paid + owed + refunded"
    ) {
      try await $0.log(
        "PAYMENT_CAPTURED", id: "PAYMENT_CAPTURED:again", ride: "card",
        #""riderId":"rider-1","amount":1380,"currency":"USD","method":"card","reference":"ch_2","standing":{"fare":1380,"card":1380}"#
      )
    },
    Plant(
      what: "more back than was captured", kind: .charge, service: "payment", ride: "card",
      key: "charge ch_RIDE_COMPLETED:card"
    ) {
      try await $0.log(
        "PAYMENT_REFUNDED", id: "PAYMENT_REFUNDED:forged", ride: "card",
        #""riderId":"rider-1","amount":2000,"currency":"USD","method":"card","refunds":[{"charge":"ch_RIDE_COMPLETED:card","source":"card","amount":2000}],"standing":{"fare":1380,"card":1380}"#
      )
    },
    Plant(
      what: "a driver who was paid by another rate", kind: .driverPaid, service: "driver", ride: "card",
      key: "DRIVER_PAID: commission"
    ) {
      try await $0.log(
        "DRIVER_PAID", id: "DRIVER_PAID:forged", ride: "card",
        #""driverId":"driver-1","currency":"USD","plan":"standard","basisPoints":2000,"fare":1000,"commission":100,"tips":200,"tolls":100,"taxes":80"#
      )
    },
    Plant(
      what: "a receipt that says that it was paid in full", kind: .receipt, service: "notification", ride: "poor",
      key: "RECEIPT_SENT"
    ) {
      try await $0.log(
        "RECEIPT_SENT", id: "RECEIPT_SENT:forged", ride: "poor",
        #""riderId":"rider-1","email":"a@b.c","messageId":"m","amount":1380,"currency":"USD","version":1,"says":{"fare":1380,"card":1380}"#
      )
    },
    Plant(
      what: "two events of one id that say different things", kind: .contradictingEvent, service: "log", ride: "card",
      key: "RIDE_COMPLETED:card"
    ) {
      try await $0.logAgain("RIDE_COMPLETED:card", #""tip":200"#, #""tip":9900"#)
    },
    Plant(what: "a ride in two cities", kind: .rideInTwoShards, service: "payment", ride: "card", key: "payments[card]")
    {
      let other = ($0.shard + 1) % $0.bench.namespace.shardCount
      let json = try await $0.event("RIDE_COMPLETED:card").json
      try await $0.bench.append(json, to: $0.bench.namespace.log(other, RideTopics.rides))
      _ = try await $0.bench.connection.call(
        "HSET", $0.bench.namespace.state(other, "payment", "payments"), "card", "{}")
    },
    Plant(what: "an event that the log has lost", kind: .lostEvent, service: "log", ride: nil, key: "-") {
      try await $0.removeEvent("RATING_REQUESTED:card")
    },
    Plant(
      what: "an event that the archive has not", kind: .missingArchiveRow, service: "analytics", ride: nil, key: "-"
    ) {
      try $0.archive("DELETE FROM events WHERE id = 'RIDE_COMPLETED:card'")
    },
    Plant(
      what: "an event that the archive has otherwise", kind: .alteredArchiveRow, service: "analytics", ride: nil,
      key: "-"
    ) {
      try $0.archive("UPDATE events SET event = replace(event, '1380', '9980') WHERE id = 'RIDE_COMPLETED:card'")
    },
  ]

  @Test("are none in books in which nothing is wrong, and each of these is found and named for what it is")
  func each() async throws {
    try await Books.run { books in
      let clean = try await books.report(program: { #expect($0.status == 0, "\($0.output)") })
      #expect(clean.violations.isEmpty, "\(clean.violations)")
      #expect(clean.inFlight.isEmpty)
      #expect(clean.rides == 13)
      var kinds: Set<Violation.Kind> = []
      for plant in Self.journals + Self.records + Self.events + Plant.prices + Plant.payouts + Plant.ratings
        + Plant.life
      {
        // One of each kind through the program.
        let isFirst = kinds.insert(plant.kind).inserted
        let report = try await books.report(
          archive: plant.usesArchive,
          program: isFirst
            ? {
              #expect(
                $0.status == 1 && $0.output.contains(#""kind":"\#(plant.kind.rawValue)""#), "\(plant.what): \($0)")
            } : nil, spoiling: plant.spoil)
        let found = report.violations.contains {
          $0.kind == plant.kind && $0.service == plant.service && $0.ride == plant.ride && $0.key.contains(plant.key)
            && $0.expected != $0.found && $0.shard >= 0
        }
        #expect(found, "\(plant.what): \(report.violations.map(\.description))")
        #expect(!report.holds)
      }
      // There is no kind that was never seen to be found.
      #expect(Set(Violation.Kind.allCases).subtracting(kinds).isEmpty)
      // Everything was put back each time.
      #expect(try await books.report().violations.isEmpty)
    }
  }
}
