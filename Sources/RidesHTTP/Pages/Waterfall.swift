import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import RideHailing

/// A ride's events over time, each with the services that are delivered it.
///
/// Time is drawn so that what lies milliseconds apart can be told apart, though a correction comes days later: the distance between two events is the
/// root of the time between them.
struct Waterfall: Sendable {
  struct Tick: Sendable {
    let x: Int
    let bottom: Int
    let label: String
    let anchor: String
  }

  struct Step: Sendable {
    let service: String
    let state: String
    let x: Int
    let y: Int
    let labelX: Int
    let labelY: Int
  }

  struct Band: Sendable {
    let type: String
    let state: String
    let x: Int
    let top: Int
    let width: Int
    let labelY: Int
    let note: String
    let noteX: Int
    let noteY: Int
    let noteAnchor: String
    let steps: [Step]
  }

  let width: Int
  let height: Int
  let ticks: [Tick]
  let bands: [Band]

  private static let left = 210
  private static let right = 980
  private static let bandHeight = 46

  /// Nil if there is nothing to draw.
  init?(_ events: [EventTrace]) {
    guard let first = events.first else { return nil }
    let start = first.entryID.recordedAt
    let times = events.map { max(.zero, $0.entryID.recordedAt - start) }
    // The root of each distance, added up.
    var places: [Double] = [0]
    for (before, after) in zip(times, times.dropFirst()) {
      places.append((places.last ?? 0) + (Double(max(0, (after - before).wholeMilliseconds)).squareRoot() + 0.6))
    }
    let scale = Double(Self.right - Self.left - 40) / max(1, places.last ?? 1)
    let xs = places.map { Self.left + Int($0 * scale) }
    width = Self.right + 10
    height = 30 + events.count * Self.bandHeight
    let bottom = height
    ticks = Self.ticks(xs, times, bottom)
    bands = events.indices.map { index in
      let event = events[index]
      let x = xs[index]
      let end = index + 1 < xs.count ? max(x + 6, xs[index + 1]) : Self.right
      let top = 30 + index * Self.bandHeight
      let isLate = x > (Self.left + Self.right) / 2
      // Where there is more room: names begin at the bar's left, or end at its right.
      let stepsLeft = min(x, Self.right - event.steps.map { Self.length(of: $0.service) }.reduce(0, +))
      var stepX = max(Self.left, stepsLeft) + 5
      let steps = event.steps.map { step in
        defer { stepX += Self.length(of: step.service) }
        return Step(
          service: step.service, state: step.state, x: stepX, y: top + 20, labelX: stepX + 9, labelY: top + 24)
      }
      return Band(
        type: event.header.type.rawValue, state: Self.state(of: event.steps), x: x, top: top, width: max(6, end - x),
        labelY: top + 9, note: "", noteX: isLate ? x - 6 : end + 6, noteY: top + 9,
        noteAnchor: isLate ? "end" : "start",
        steps: steps)
    }
  }

  private static func length(of service: String) -> Int { 24 + service.count * 7 }

  /// The times at which events were logged, as far as they have room.
  private static func ticks(_ xs: [Int], _ times: [Duration], _ bottom: Int) -> [Tick] {
    var ticks: [Tick] = []
    for (x, time) in zip(xs, times) where ticks.last.map({ x - $0.x > 64 }) ?? true {
      ticks.append(Tick(x: x, bottom: bottom, label: time == .zero ? "0" : "+\(time.short)", anchor: "start"))
    }
    return ticks
  }

  /// The worst of what services have made of an event.
  private static func state(of steps: [EventTrace.Step]) -> String {
    ["dead", "parked", "retrying", "pending", "waiting"].first { state in steps.contains { $0.state == state } }
      ?? "done"
  }
}
