/// A small curve of what came in, as an area, and of what was handled, as a line.
struct Spark: Sendable {
  let area: String
  let line: String
  let label: String

  private static let size = (width: 120.0, height: 24.0)

  init(_ curve: Flow.Curve) {
    let top = max(1, curve.added.max() ?? 0, curve.settled.max() ?? 0)
    let step = Self.size.width / Double(max(1, curve.added.count - 1))
    func points(_ values: [Double]) -> [String] {
      values.enumerated().map { place, value in
        "\(Self.short(Double(place) * step)) \(Self.short(Self.size.height - 1.5 - value / top * (Self.size.height - 3)))"
      }
    }
    area =
      "M0 24L\(points(curve.added).joined(separator: "L"))L\(Self.short(Double(max(1, curve.added.count - 1)) * step)) 24Z"
    line = "M\(points(curve.settled).joined(separator: "L"))"
    label = "at the most \(top.perSecond) in the last quarter of an hour, now \(curve.rate.perSecond)"
  }

  private static func short(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}
