/// Charts of one line, out of block characters.
enum Chart {
  private static let eighths = Array(" ▏▎▍▌▋▊▉")
  private static let levels = Array("▁▂▃▄▅▆▇█")

  /// A bar for a part of the whole, to an eighth of a character; what is not nothing is seen.
  static func bar(_ part: Double, width: Int) -> String {
    guard part > 0, part.isFinite, width > 0 else { return "" }
    let units = max(1, Int((min(part, 1) * Double(width * 8)).rounded()))
    return String(repeating: "█", count: units / 8) + (units % 8 > 0 ? String(eighths[units % 8]) : "")
  }

  /// A bar whose shades end at each of the parts, which grow: █ ▓ ▒ ░.
  static func shades(_ parts: [Double], width: Int) -> String {
    var text = ""
    for (part, shade) in zip(parts, ["█", "▓", "▒", "░"]) {
      let end = Int((min(max(part, 0), 1) * Double(width)).rounded())
      text += String(repeating: shade, count: max(0, end - text.count))
    }
    return text
  }

  /// A line of columns, the largest value as high as the line.
  static func columns(_ values: [Int]) -> String {
    guard let largest = values.max(), largest > 0 else { return String(repeating: " ", count: values.count) }
    return String(values.map { $0 <= 0 ? " " : levels[min(levels.count - 1, $0 * levels.count / (largest + 1))] })
  }
}
