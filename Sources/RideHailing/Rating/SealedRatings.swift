public import EventStreams

/// What a ride's two people have given each other: nobody is shown it before both have, or the time is over.
public struct SealedRatings: Sendable, Hashable {
  /// The stars that the rider gave; nil if none.
  public private(set) var rider: Int?
  /// The stars that the driver gave; nil if none.
  public private(set) var driver: Int?
  /// Whether it is shown.
  public var isRevealed = false

  /// Hash: ride -> what was given.
  static let hash = "sealed"

  /// Nothing was given yet.
  public init() {}

  /// The stars that one of them gave.
  public subscript(rater: Rater) -> Int? {
    get { rater == .rider ? rider : driver }
    set { if rater == .rider { rider = newValue } else { driver = newValue } }
  }

  /// Whether both have rated.
  public var isComplete: Bool { rider != nil && driver != nil }
}

extension SealedRatings: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rider = try fields.optional("rider", \.rider, .within(.stars))
    driver = try fields.optional("driver", \.driver, .within(.stars))
    isRevealed = try fields("revealed", \.isRevealed, omitting: false)
  }
}
