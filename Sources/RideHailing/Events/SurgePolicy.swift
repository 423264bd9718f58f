public import EventStreams

/// How a city makes prices of demand and supply, in tenths of the plain price.
public struct SurgePolicy: Sendable, Hashable, JSONRecord {
  /// The most that a fare is multiplied by, in tenths; 10 for prices that never rise.
  public var maximum: Int
  /// The most by which it changes from one minute to the next, in tenths.
  public var step: Int
  /// So many have to want to go from about one cell before prices rise.
  public var minimumDemand: Int

  /// A policy; the usual one if nothing is said.
  public init(maximum: Int = 30, step: Int = 5, minimumDemand: Int = 5) {
    self.maximum = maximum
    self.step = step
    self.minimumDemand = minimumDemand
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    maximum = try fields("maximum", \.maximum, .within(10...100), ifAbsent: 30)
    step = try fields("step", \.step, .within(2...5), ifAbsent: 5)
    minimumDemand = try fields("minimumDemand", \.minimumDemand, .within(1...1_000_000), ifAbsent: 5)
  }
}
