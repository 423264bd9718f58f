import EventStreams
import RideHailing

/// What can be wrong of ratings and payouts.
extension Plant {
  static let payouts: [Plant] = [
    Plant(
      what: "a payout that was not taken off the account", kind: .missingJournal, service: "driver",
      ride: "driver:driver-1", key: "driver:PAYOUT_REQUESTED:P1"
    ) {
      try await $0.change("driver", "driver:PAYOUT_REQUESTED:P1", times: 0)
    },
    Plant(
      what: "a payout that came back twice", kind: .doubledJournal, service: "driver", ride: "driver:driver-1",
      key: "driver:PAYOUT_RETURNED:P2"
    ) {
      try await $0.change("driver", "driver:PAYOUT_RETURNED:P2", times: 2)
    },
    Plant(
      what: "a payout that could be made again", kind: .missingRecord, service: "driver", ride: nil, key: "payouts[P1]"
    ) {
      try await $0.remove("driver", "payouts", "P1")
    },
    Plant(
      what: "what is payable to a driver, without a payout", kind: .payable, service: "driver", ride: nil,
      key: "driver:driver-1|USD"
    ) {
      try await $0.change("driver", "driver:PAYOUT_REQUESTED:P1", times: 0)
    },
    Plant(
      what: "a payout that nobody ordered", kind: .unknownEvent, service: "driver", ride: "card",
      key: "PAYOUT_ORDERED:P9"
    ) {
      try await $0.log(
        "PAYOUT_ORDERED", id: "PAYOUT_ORDERED:P9", ride: "card",
        #""payout":"P9","run":"R1","driverId":"driver-1","amount":100,"currency":"USD""#)
    },
  ]

  static let ratings: [Plant] = [
    Plant(
      what: "a rating window of another driver", kind: .alteredRecord, service: "rating", ride: "poor",
      key: "windows[poor]"
    ) {
      try await $0.alter("rating", "windows", "poor", "driver-1", "driver-2")
    },
    Plant(
      what: "a driver's sum of stars that nobody gave", kind: .unknownRecord, service: "rating", ride: nil,
      key: "drivers[driver-1|stars]"
    ) {
      try await $0.set("rating", "drivers", "driver-1|stars", "10")
    },
    Plant(
      what: "what a driver gave, as something else", kind: .alteredRecord, service: "rating", ride: "card",
      key: "closed:riders[card]"
    ) {
      try await $0.set("rating", "closed:riders", "card", "5")
    },
    Plant(
      what: "a rating that is shown before it may be", kind: .alteredRecord, service: "rating", ride: "wallet",
      key: "sealed[wallet]"
    ) {
      try await $0.set("rating", "sealed", "wallet", #"{"rider":4,"revealed":true}"#)
    },
    Plant(
      what: "a rating in the mean that nobody may see yet", kind: .alteredRecord, service: "rating", ride: nil,
      key: "recent[driver:driver-1]"
    ) {
      try await $0.set("rating", "recent", "driver:driver-1", "54")
    },
    Plant(
      what: "stars that are shown before the other has rated", kind: .contradictingEvent, service: "rating",
      ride: "wallet",
      key: "RATING_REVEALED:wallet"
    ) {
      try await $0.log(
        "RATING_REVEALED", id: "RATING_REVEALED:wallet", ride: "wallet",
        #""riderId":"rider-1","driverId":"driver-1","by":"rider","given":4"#)
    },
    Plant(
      what: "stars that are shown as others", kind: .contradictingEvent, service: "rating", ride: "card",
      key: "RATING_REVEALED:card"
    ) {
      try await $0.log(
        "RATING_REVEALED", id: "RATING_REVEALED:other", ride: "card",
        #""riderId":"rider-1","driverId":"driver-1","by":"rider","given":1"#)
    },
  ]
}
