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
      key: "dispute dp_lost_fee_held"
    ) {
      try await $0.log(
        "DISPUTE_WON", id: "DISPUTE_WON:forged", ride: "held",
        #""riderId":"rider-1","dispute":"dp_lost_fee_held","charge":"pi_RIDE_REQUESTED:held","amount":1080,"currency":"USD","reason":"fraudulent","cause":"x""#
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
      key: "dispute dp_lost_fee_held"
    ) {
      try await $0.alter("payment", "disputes", "held", #""status":"lost""#, #""status":"won""#)
    },
    Plant(
      what: "a lost dispute that nobody bears", kind: .conservation, service: "payment", ride: "held",
      key: "journals: platform"
    ) {
      try await $0.remove("payment", .platform) { $0.rideID == "held" }
    },
    Plant(
      what: "a gateway's fee that is in no book", kind: .conservation, service: "payment", ride: "held",
      key: "journals: fees"
    ) {
      try await $0.remove("payment", .fees) { $0.rideID == "held" }
    },
    Plant(
      what: "a refund that failed and is not in the wallet", kind: .conservation, service: "payment", ride: "back",
      key: "journals: wallet"
    ) {
      try await $0.remove("payment", .rider("rider-1")) { $0.rideID == "back" && $0.kind == .refunded }
    },
    Plant(
      what: "a refund that failed of more than went back", kind: .charge, service: "payment", ride: "back",
      key: "charge ch_RIDE_COMPLETED:back"
    ) {
      try await $0.log(
        "REFUND_FAILED", id: "REFUND_FAILED:forged", ride: "back",
        #""riderId":"rider-1","amount":600,"currency":"USD","method":"card","reference":"re_x","reason":"x","cause":"x","refunds":[{"charge":"ch_RIDE_COMPLETED:back","source":"card","amount":600}],"standing":{"fare":1380,"card":780,"refunded":600,"inWallet":600}"#
      )
    },
    Plant(
      what: "a debt that nobody is asked for", kind: .arrears, service: "payment", ride: "given", key: "owed"
    ) {
      try await $0.alter("payment", "arrears", "rider-1", #""ride":"given""#, #""ride":"other""#)
    },
    Plant(
      what: "a debt that is given up though nobody said so", kind: .arrears, service: "payment", ride: "given",
      key: "written off"
    ) {
      try await $0.log(
        "PAYMENT_WRITTEN_OFF", id: "PAYMENT_WRITTEN_OFF:forged", ride: "given",
        #""riderId":"rider-1","amount":380,"currency":"USD","method":"card","reason":"old","cause":"x","standing":{"fare":1380,"refunded":1000,"writtenOff":380}"#
      )
    },
    Plant(
      what: "a debt that was given up and is still in the books", kind: .conservation, service: "payment", ride: "old",
      key: "journals: written-off"
    ) {
      try await $0.remove("payment", .writtenOff) { $0.rideID == "old" }
    },
    Plant(
      what: "a debt that was paid with the next ride and is asked for again", kind: .conservation, service: "payment",
      ride: "declined", key: "record: owed"
    ) {
      try await $0.alter("payment", "corrected", "declined", #""at""#, #""owed":1380,"at""#)
    },
    Plant(
      what: "a debt that was collected without a booking", kind: .conservation, service: "payment", ride: "declined",
      key: "journals: receivable"
    ) {
      try await $0.remove("payment", .receivable("rider-1")) { $0.rideID == "declined" && $0.kind == .charged }
    },
    Plant(
      what: "a receipt that tells another tip", kind: .receipt, service: "notification", ride: "up", key: "version 3"
    ) {
      try await $0.alter("notification", "receipts", "up", #""saidTipped":300"#, #""saidTipped":200"#)
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
