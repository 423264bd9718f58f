public import EventStreams

/// In what our books and the gateway's list differ.
public struct GatewayReport: Sendable, JSONWritable {
  /// What a difference is; more kinds may be added.
  public enum Kind: String, Sendable, CaseIterable, JSONWritable {
    /// Our books have a charge that the gateway does not.
    case missingThere
    /// The gateway has captured for us what our books don't have.
    case missingHere
    /// The gateway holds for us what we don't know to be held.
    case heldThere
    /// Another amount was captured.
    case captured
    /// Another amount went back.
    case refunded
    /// One says that the rider's bank contests it, and the other does not.
    case disputed
    /// It is another currency.
    case currency
  }

  /// One difference.
  public struct Difference: Sendable, Hashable, JSONWritable {
    /// What it is.
    public let kind: Kind
    /// The gateway's name for the charge.
    public let charge: String
    /// The ride that it was for.
    public let ride: String
    /// What our books say.
    public let books: String
    /// What the gateway says.
    public let gateway: String

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("kind", kind)
        $0.field("charge", charge)
        $0.field("ride", ride)
        $0.field("books", books)
        $0.field("gateway", gateway)
      }
    }
  }

  /// How many charges our books have.
  public internal(set) var charges = 0
  /// What our books say was captured, less what went back.
  public internal(set) var captured: [Currency: Int] = [:]
  /// How many charges the gateway lists that are none of ours.
  public internal(set) var foreign = 0
  /// In what they differ.
  public private(set) var differences: [Difference] = []

  /// Forgets those that are not among these.
  mutating func keep(_ others: [Difference]) {
    let others = Set(others)
    differences.removeAll { !others.contains($0) }
  }

  mutating func add(_ kind: Kind, _ charge: Identifier, _ ride: String, _ books: String, _ gateway: String) {
    differences.append(
      Difference(kind: kind, charge: charge.text, ride: ride, books: books, gateway: gateway))
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("charges", charges)
      $0.field("captured", captured.amounts)
      $0.field("foreign", foreign)
      $0.field("differences", differences)
    }
  }
}
