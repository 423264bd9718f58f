/// A geohash cell of the size that prices are made for, as a place in the grid of all of them: neighbours differ by 1.
public struct GridCell: Sendable, Hashable {
  /// Columns from the antimeridian eastwards.
  public let x: Int
  /// Rows from the south pole northwards.
  public let y: Int

  /// Columns and rows of the grid: 15 bits each make six characters.
  static let size = 1 << 15

  private init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }

  /// The cell of a place.
  public init(of place: Coordinate) {
    x = Int(Geohash.quantised(place.longitude, 180, bits: 15))
    y = Int(Geohash.quantised(place.latitude, 90, bits: 15))
  }

  /// The cell of a name; nil if it is none of this size.
  public init?(_ name: some StringProtocol) {
    var (x, y) = (0, 0)
    var isLongitude = true
    var length = 0
    for byte in name.utf8 {
      guard let value = Geohash.alphabet.firstIndex(of: byte), length < Geohash.cellLength else { return nil }
      length += 1
      for bit in (0..<5).reversed() {
        let next = value >> bit & 1
        if isLongitude { x = x << 1 | next } else { y = y << 1 | next }
        isLongitude.toggle()
      }
    }
    guard length == Geohash.cellLength else { return nil }
    (self.x, self.y) = (x, y)
  }

  /// Its geohash.
  public var name: String { Geohash.name(longitude: UInt64(x), latitude: UInt64(y), length: Geohash.cellLength) }

  /// The cell so many columns to the east and rows to the north; nil beyond the poles.
  public func neighbour(_ dx: Int, _ dy: Int) -> GridCell? {
    let y = y + dy
    guard (0..<Self.size).contains(y) else { return nil }
    return GridCell(x: (x + dx + Self.size) % Self.size, y: y)
  }
}

extension GridCell: Comparable {
  /// From west to east, and from south to north.
  public static func < (a: GridCell, b: GridCell) -> Bool { (a.x, a.y) < (b.x, b.y) }
}
