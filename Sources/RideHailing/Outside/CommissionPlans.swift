public import EventStreams

/// What the platform keeps of rides, by city, product and day: each plan from a moment on, until the next one for the same.
public struct CommissionPlans: Sendable, Hashable {
  /// A plan.
  public struct Plan: Sendable, Hashable {
    /// Its name, and the platform's share.
    public let rate: CommissionRate
    /// Where; nil everywhere.
    public let city: String?
    /// For which product; nil for all.
    public let product: String?
    /// From when on.
    public let from: Timestamp

    /// A plan.
    public init(_ rate: CommissionRate, city: String? = nil, product: String? = nil, from: Timestamp = .earliest) {
      self.rate = rate
      self.city = city
      self.product = product
      self.from = from
    }

    /// What it is for.
    var place: Place { Place(city: city.map { Identifier($0) }, product: product.map { Identifier($0) }) }
  }

  /// What a plan is for.
  struct Place: Hashable, Sendable {
    var city: Identifier?
    var product: Identifier?
  }

  /// The share of rides that no plan is for.
  public let standard: CommissionRate
  /// By what they are for, the last one first.
  private let plans: [Place: [Plan]]

  /// Plans; of two for the same from the same moment on, the last one counts.
  public init(
    _ plans: [Plan] = [], standard: CommissionRate = CommissionRate(basisPoints: CommissionRate.standardBasisPoints)
  ) {
    self.standard = standard
    self.plans = Dictionary(grouping: plans.reversed(), by: \.place).mapValues { $0.sorted { $0.from > $1.from } }
  }

  /// The share of a ride: by the latest plan of its time that says the most about it. What says city and product counts before what says
  /// the city, that before what says the product, and that before what is for all.
  public func rate(city: String, product: String?, at time: Timestamp) -> CommissionRate {
    guard !plans.isEmpty else { return standard }
    let (city, product) = (Identifier(city), product.map { Identifier($0) })
    for place in [
      Place(city: city, product: product), Place(city: city), Place(product: product), Place(),
    ] {
      if let plan = plans[place]?.first(where: { $0.from <= time }) { return plan.rate }
    }
    return standard
  }
}
