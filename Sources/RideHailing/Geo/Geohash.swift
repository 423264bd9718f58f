/// Geohash cells (G. Niemeyer, 2008): longitude and latitude bits in turn, five to a base-32 character.
///
/// Six characters name a cell of about 1.2 km by 0.6 km.
public enum Geohash {
  private static let alphabet = Array("0123456789bcdefghjkmnpqrstuvwxyz".utf8)

  /// The cell of a place.
  ///
  /// - Parameter length: characters, 1 … 12.
  public static func cell(of place: Coordinate, length: Int = 6) -> String {
    let bits = length * 5
    let longitude = quantised(place.longitude, 180, bits: (bits + 1) / 2)
    let latitude = quantised(place.latitude, 90, bits: bits / 2)
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
  private static func quantised(_ degree: Double, _ limit: Double, bits: Int) -> UInt64 {
    let parts = Double(UInt64(1) << UInt64(bits))
    return UInt64(min(parts - 1, max(0, (degree + limit) / (2 * limit) * parts)))
  }
}
