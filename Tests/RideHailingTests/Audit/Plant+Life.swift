import EventStreams
import RideHailing

extension Plant {
  /// What goes before a ride and comes after it, and what one costs that does not take place.
  static let life: [Plant] = [
    Plant(
      what: "a hold that was captured and let go", kind: .hold, service: "payment", ride: "held",
      key: "hold pi_RIDE_REQUESTED:held"
    ) {
      try await $0.log(
        "AUTHORISATION_RELEASED", id: "AUTHORISATION_RELEASED:forged", ride: "held",
        #""riderId":"rider-1","amount":1080,"currency":"USD","reference":"pi_RIDE_REQUESTED:held","request":"RIDE_REQUESTED:held""#
      )
    },
    Plant(
      what: "a hold that was captured and is there still", kind: .hold, service: "payment", ride: "off",
      key: "hold pi_RIDE_REQUESTED:off"
    ) {
      try await $0.set(
        "payment", "holds", "off",
        #"{"rider":"rider-1","city":"New York","amount":1080,"currency":"USD","reference":"pi_RIDE_REQUESTED:off","request":"RIDE_REQUESTED:off"}"#
      )
    },
    Plant(
      what: "a hold that nobody knows of any more", kind: .hold, service: "payment", ride: "asked-1",
      key: "hold pi_lost"
    ) {
      try await $0.log(
        "PAYMENT_AUTHORISED", id: "PAYMENT_AUTHORISED:asked-1", ride: "asked-1",
        #""riderId":"rider-1","amount":1080,"currency":"USD","reference":"pi_lost","request":"RIDE_REQUESTED:asked-1""#)
    },
    Plant(
      what: "more captured than was held", kind: .hold, service: "payment", ride: "off",
      key: "hold pi_RIDE_REQUESTED:off"
    ) {
      try await $0.log(
        "PAYMENT_CAPTURED", id: "PAYMENT_CAPTURED:more", ride: "off",
        #""riderId":"rider-1","amount":1000,"currency":"USD","method":"card","reference":"pi_RIDE_REQUESTED:off","correction":"x","standing":{"fare":400,"card":400}"#
      )
    },
    Plant(
      what: "a fee that no cancellation says", kind: .cancellation, service: "payment", ride: "asked-2", key: "fee"
    ) {
      try await $0.log(
        "CANCELLATION_CHARGED", id: "CANCELLATION_CHARGED:asked-2", ride: "asked-2",
        #""riderId":"rider-1","driverId":"driver-1","fare":{"base":400,"total":400,"currency":"USD"},"at":"2026-04-03T10:30:00Z""#
      )
    },
    Plant(
      what: "a fee for a ride that took place", kind: .cancellation, service: "payment", ride: "card", key: "fee"
    ) {
      try await $0.log(
        "CANCELLATION_CHARGED", id: "CANCELLATION_CHARGED:card", ride: "card",
        #""riderId":"rider-1","driverId":"driver-1","fare":{"base":400,"total":400,"currency":"USD"},"at":"2026-04-03T10:30:00Z""#
      )
    },
    Plant(what: "two fees for one ride", kind: .cancellation, service: "payment", ride: "off", key: "fees") {
      try await $0.log(
        "CANCELLATION_CHARGED", id: "CANCELLATION_CHARGED:again", ride: "off",
        #""riderId":"rider-1","driverId":"driver-1","fare":{"base":400,"total":400,"currency":"USD"},"at":"2026-04-03T10:30:00Z""#
      )
    },
    Plant(
      what: "a fee that was not paid to the driver", kind: .missingJournal, service: "driver", ride: "off",
      key: "driver:RIDE_COMPLETED:off"
    ) {
      try await $0.change("driver", "driver:RIDE_COMPLETED:off", times: 0)
    },
    Plant(
      what: "a fee that was booked and not paid", kind: .conservation, service: "payment", ride: "off",
      key: "journals: gateway"
    ) {
      try await $0.remove("payment", .gateway) { $0.rideID == "off" }
    },
    Plant(
      what: "a dispute that was lost and won", kind: .dispute, service: "payment", ride: "held",
      key: "dispute dp_lost_held"
    ) {
      try await $0.log(
        "DISPUTE_WON", id: "DISPUTE_WON:forged", ride: "held",
        #""riderId":"rider-1","dispute":"dp_lost_held","charge":"pi_RIDE_REQUESTED:held","amount":1080,"currency":"USD","reason":"fraudulent","cause":"x""#
      )
    },
    Plant(
      what: "more contested than was captured", kind: .dispute, service: "payment", ride: "card", key: "dispute dp_more"
    ) {
      try await $0.log(
        "DISPUTE_OPENED", id: "DISPUTE_OPENED:forged", ride: "card",
        #""riderId":"rider-1","dispute":"dp_more","charge":"ch_RIDE_COMPLETED:card","amount":9999,"currency":"USD","reason":"fraudulent","cause":"x""#
      )
    },
    Plant(
      what: "a dispute that payment takes for won", kind: .dispute, service: "payment", ride: "held",
      key: "dispute dp_lost_held"
    ) {
      try await $0.alter("payment", "disputes", "held", #""status":"lost""#, #""status":"won""#)
    },
    Plant(
      what: "a lost dispute that nobody bears", kind: .conservation, service: "payment", ride: "held",
      key: "journals: platform"
    ) {
      try await $0.remove("payment", .platform) { $0.rideID == "held" }
    },
    Plant(what: "a tip that was taken twice", kind: .tip, service: "payment", ride: "up", key: "RIDE_TIPPED:up") {
      try await $0.log(
        "TIP_CAPTURED", id: "TIP_CAPTURED:again", ride: "up",
        #""riderId":"rider-1","driverId":"driver-1","amount":300,"currency":"USD","method":"card","reference":"ch_again""#
      )
    },
    Plant(
      what: "a tip that nobody gave", kind: .tip, service: "payment", ride: "card", key: "RIDE_TIPPED:card"
    ) {
      try await $0.log(
        "TIP_CAPTURED", id: "TIP_CAPTURED:card", ride: "card",
        #""riderId":"rider-1","driverId":"driver-1","amount":300,"currency":"USD","method":"card","reference":"ch_tip""#
      )
    },
    Plant(
      what: "a tip that the driver has not got", kind: .tip, service: "driver", ride: "up", key: "tips that are booked"
    ) {
      try await $0.remove("driver", "tips", "up")
    },
    Plant(
      what: "a part of a tip that the driver has not got", kind: .driverPaid, service: "driver", ride: "up",
      key: "journals: driver"
    ) {
      try await $0.remove("driver", .driver("driver-1")) { $0.id == "driver:RIDE_TIPPED:up" }
    },
  ]
}
