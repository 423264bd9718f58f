public import EventStreams

/// What somebody's ratings come to, as it is shown to people: no mean of a few, which would tell who gave what.
public struct RatingMean: Sendable, Hashable, CustomStringConvertible {
  /// How many ratings count.
  public let count: Int
  /// The sum of their stars.
  public let stars: Int

  /// A mean is shown of so many ratings or more.
  public static let fewest = 5

  /// Of so many ratings.
  public init(count: Int, stars: Int) {
    self.count = count
    self.stars = stars
  }

  /// In hundredths of a star, half away from zero; nil of too few.
  public var hundredths: Int? { count < Self.fewest ? nil : (200 * stars + count) / (2 * count) }

  /// `4.83`; nil of too few.
  public var decimal: String? {
    hundredths.map { "\($0 / 100).\($0 % 100 < 10 ? "0" : "")\($0 % 100)" }
  }

  /// `4.83 of 5 stars (37 ratings)`
  public var description: String {
    decimal.map { "\($0) of 5 stars (\(count) ratings)" }
      ?? "no mean yet: \(count) of the \(Self.fewest) ratings that it takes"
  }
}

extension RatingMean: JSONWritable {
  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("ratings", count)
      $0.field("meanHundredths", hundredths)
    }
  }
}
