import EventArchive

/// What the platform bears.
extension RideViews {
  /// As the last word on each has it.
  var disputes: ArchiveView {
    ArchiveView(
      "disputes", "a payment that the rider's bank has taken back",
      from: """
        (SELECT events.*, row_number() OVER (PARTITION BY shard, \(data("dispute")) ORDER BY stream_ms DESC, stream_seq DESC) AS word
          FROM events WHERE type IN ('DISPUTE_OPENED', 'DISPUTE_WON', 'DISPUTE_LOST')) AS disputes WHERE word = 1
        """,
      [
        Column("dispute", data("dispute"), "the gateway's name for it"),
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "whose card it is"),
        Column("city", data("city"), "where the ride was"),
        Column("at", sql.happenedAt, "when it was opened or, if it is, decided"),
        Column(
          "status", "CASE type WHEN 'DISPUTE_OPENED' THEN 'open' WHEN 'DISPUTE_WON' THEN 'won' ELSE 'lost' END",
          "open, won or lost"),
        Column("amount", number("amount"), "what is contested, in minor units"),
        Column("currency", data("currency"), "of the amount, ISO 4217"),
        Column("reason", data("reason"), "what the bank says"),
        Column("fee", "coalesce(\(number("fee.amount")), 0)", "what the gateway has taken for it, in minor units"),
        Column("fee_currency", data("fee.currency"), "of the fee, ISO 4217; null without one"),
      ] + place)
  }

  var writeOffs: ArchiveView {
    ArchiveView(
      "write_offs", "what a rider owed and is not asked for any more", from: first("type = 'PAYMENT_WRITTEN_OFF'"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who owed it"),
        Column("city", data("city"), "where the ride was"),
        Column("at", sql.happenedAt, "when"),
        Column("amount", number("amount"), "in minor units"),
        Column("currency", data("currency"), "ISO 4217"),
        Column("reason", data("reason"), "why"),
      ] + place)
  }
}
