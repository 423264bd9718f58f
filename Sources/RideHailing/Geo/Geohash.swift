/// Geohash cells (G. Niemeyer, 2008): longitude and latitude bits in turn, five to a base-32 character.
///
/// Six characters name a cell of about 1.2 km by 0.6 km.
public enum Geohash {
  /// Characters of the cells that prices are made for.
  public static let cellLength = 6

  static let alphabet = Array("0123456789bcdefghjkmnpqrstuvwxyz".utf8)

  /// The cell of a place.
  ///
  /// - Parameter length: characters, 1 … 12.
  public static func cell(of place: Coordinate, length: Int = cellLength) -> String {
    let bits = length * 5
    return name(
      longitude: quantised(place.longitude, 180, bits: (bits + 1) / 2),
      latitude: quantised(place.latitude, 90, bits: bits / 2), length: length)
  }

  /// The cell in a column and a row of all cells of its size.
  static func name(longitude: UInt64, latitude: UInt64, length: Int) -> String {
    let bits = length * 5
    var (left, right) = ((bits + 1) / 2, bits / 2)
    var characters: [UInt8] = []
    characters.reserveCapacity(length)
    var value = 0
    for bit in 0..<bits {
      if bit % 2 == 0 {
        left -= 1
        value = value << 1 | Int(longitude >> UInt64(left) & 1)
      } else {
        right -= 1
        value = value << 1 | Int(latitude >> UInt64(right) & 1)
      }
      if bit % 5 == 4 {
        characters.append(alphabet[value])
        value = 0
      }
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// Which of 2^bits equal parts of -limit … limit holds the degree.
  static func quantised(_ degree: Double, _ limit: Double, bits: Int) -> UInt64 {
    let parts = Double(UInt64(1) << UInt64(bits))
    return UInt64(min(parts - 1, max(0, (degree + limit) / (2 * limit) * parts)))
  }

  /// What lies within a cell, in degrees.
  public struct Area: Sendable, Hashable {
    /// The edges.
    public let west, east, south, north: Double

    /// An area between its borders, in degrees.
    public init(west: Double, east: Double, south: Double, north: Double) {
      (self.west, self.east, self.south, self.north) = (west, east, south, north)
    }

    /// True if both have something in common.
    public func touches(_ other: Area) -> Bool {
      west <= other.east && other.west <= east && south <= other.north && other.south <= north
    }
  }

  /// Where a cell is; nil if it is none.
  public static func area(of cell: String) -> Area? {
    var (west, east, south, north) = (-180.0, 180.0, -90.0, 90.0)
    var isLongitude = true
    guard (1...12).contains(cell.utf8.count) else { return nil }
    for byte in cell.utf8 {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      for bit in (0..<5).reversed() {
        let isUpper = value >> bit & 1 == 1
        if isLongitude {
          let middle = (west + east) / 2
          if isUpper { west = middle } else { east = middle }
        } else {
          let middle = (south + north) / 2
          if isUpper { south = middle } else { north = middle }
        }
        isLongitude.toggle()
      }
    }
    return Area(west: west, east: east, south: south, north: north)
  }
}
