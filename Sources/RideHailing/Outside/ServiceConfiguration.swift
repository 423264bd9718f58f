/// What services need from outside.
public struct ServiceConfiguration: Sendable {
  /// Where analytics keeps its SQLite file.
  public var archivePath: String
  /// How receipts go out.
  public var mail: any MailDelivery
  /// By which clocks and measures receipts are written.
  public var cities: Cities
  /// How cards are charged.
  public var gateway: any PaymentGateway
  /// The platform's share, in hundredths of a percent.
  public var commissionBasisPoints: Int
  /// The platform's share by city, product and day, where a plan says it.
  public var commissionPlans: [CommissionPlans.Plan]

  /// A configuration.
  public init(
    archivePath: String = ".rides/archive.sqlite", mail: any MailDelivery = Maildir(".rides/outbox"),
    cities: Cities = Cities(),
    gateway: any PaymentGateway = SandboxGateway(), commissionBasisPoints: Int = CommissionRate.standardBasisPoints,
    commissionPlans: [CommissionPlans.Plan] = []
  ) {
    self.archivePath = archivePath
    self.mail = mail
    self.cities = cities
    self.gateway = gateway
    self.commissionBasisPoints = commissionBasisPoints
    self.commissionPlans = commissionPlans
  }
}
