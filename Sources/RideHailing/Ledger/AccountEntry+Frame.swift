import EventStreams

extension AccountEntry {
  /// What the JSON of all entries of one journal has in common, written once.
  struct Frame {
    /// The fields before the amount.
    let head: [UInt8]
    /// Those after the currency.
    let tail: [UInt8]

    init(
      journal: String, kind: Kind, rideID: String?, effectiveAt: Timestamp, recordedAt: Timestamp, corrects: String?,
      reason: String?
    ) {
      var head = JSONWriter(reservingCapacity: 128)
      head.field("journal", journal)
      head.field("kind", kind)
      head.field("ride", rideID)
      self.head = head.bytes
      var tail = JSONWriter(reservingCapacity: 128)
      tail.field("effectiveAt", effectiveAt)
      tail.field("recordedAt", recordedAt)
      tail.field("corrects", corrects)
      tail.field("reason", reason)
      self.tail = tail.bytes
    }
  }

  /// An entry of which most is written.
  struct Framed: JSONWritable {
    let frame: Frame
    let amount: Money
    let earning: Earning?

    func write(to json: inout JSONWriter) {
      json.object { writeFields(to: &$0) }
    }

    func writeFields(to json: inout JSONWriter) {
      json.fields(frame.head)
      json.field("amount", amount.minorUnits)
      json.field("currency", amount.currency)
      json.fields(frame.tail)
      json.field("earning", earning)
    }
  }
}
