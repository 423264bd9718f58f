/// What the platform keeps of a ride, and by which plan.
public struct CommissionRate: Sendable, Hashable {
  /// The platform's share where nothing else is said, in hundredths of a percent: 20 %.
  public static let standardBasisPoints = 2000

  /// The plan's name.
  public let plan: String
  /// In hundredths of a percent.
  public let basisPoints: Int

  /// A rate.
  public init(plan: String = "standard", basisPoints: Int) {
    self.plan = plan
    self.basisPoints = basisPoints
  }
}
