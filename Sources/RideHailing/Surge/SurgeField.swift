import EventStreams

/// Of what a field of the service's state is: a cell, a pool of a city, or a city. Names may hold any character, so the length of the
/// pool's tells where it ends: `u09tvw/2/xl/Paris`.
struct SurgeField: Sendable {
  var cell: GridCell?
  /// Empty for the city's usual cars.
  var pool: String
  var city: String

  var text: String {
    let place = "\(pool.utf8.count)/\(pool)/\(city)"
    return cell.map { "\($0.name)/\(place)" } ?? place
  }

  init(cell: GridCell? = nil, pool: String, city: String) {
    (self.cell, self.pool, self.city) = (cell, pool, city)
  }

  /// Reads it; nil if it is none.
  init?(_ text: Substring, hasCell: Bool) {
    var rest = text.utf8[...]
    func part() -> Substring.UTF8View.SubSequence? {
      guard let end = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
      defer { rest = rest[rest.index(after: end)...] }
      return rest[..<end]
    }
    if hasCell {
      guard let name = part(), let cell = GridCell(String(Substring(name))) else { return nil }
      self.cell = cell
    }
    guard let digits = part(), let length = Int(Substring(digits)), length >= 0, rest.count > length else { return nil }
    pool = String(decoding: rest.prefix(length), as: UTF8.self)
    city = String(decoding: rest.dropFirst(length + 1), as: UTF8.self)
  }
}
