extension CorrectedRide {
  /// Takes on what the payment service has stored: it decides by that alone.
  public mutating func stand(as record: PaymentRecord) {
    fare = record.fare
    refunded = record.refunded
    isOwed = record.owed > 0
    lastCorrection = record.corrections.last
  }
}
