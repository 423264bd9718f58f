/// What services need from outside.
public struct ServiceConfiguration: Sendable {
  /// Where analytics keeps its SQLite file.
  public var archivePath: String
  /// The Maildir that receipts are delivered into.
  public var outboxPath: String
  /// How cards are charged.
  public var gateway: any PaymentGateway
  /// The platform's share, in hundredths of a percent.
  public var commissionBasisPoints: Int

  /// A configuration.
  public init(
    archivePath: String = ".rides/archive.sqlite", outboxPath: String = ".rides/outbox",
    gateway: any PaymentGateway = SandboxGateway(), commissionBasisPoints: Int = CommissionRate.standardBasisPoints
  ) {
    self.archivePath = archivePath
    self.outboxPath = outboxPath
    self.gateway = gateway
    self.commissionBasisPoints = commissionBasisPoints
  }
}
