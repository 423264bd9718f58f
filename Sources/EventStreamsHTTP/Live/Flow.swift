import DequeModule
import EventStreams
import EventStreamsOperations

/// How many events came in for each service and were handled by it, over the last quarter of an hour.
struct Flow: Sendable {
  /// How far a service was at a moment.
  private struct Point: Sendable {
    let time: ContinuousClock.Instant
    /// Events that ever came in for it.
    let added: Int
    /// Of these, those that it has settled.
    let settled: Int
  }

  private static let length = Duration.seconds(900)
  /// As many as a curve shows.
  private static let points = 60
  private var services: [Identifier: Deque<Point>] = [:]

  /// What a curve shows of a service.
  struct Curve: Sendable {
    /// Events a second that came in, from the oldest on.
    let added: [Double]
    /// Events a second that were settled.
    let settled: [Double]

    /// The last of those.
    var rate: Double { settled.last ?? 0 }
  }

  /// Takes in how the services are now.
  mutating func add(_ status: NamespaceStatus, _ services: [ServiceStatus], at now: ContinuousClock.Instant = .now) {
    for service in services {
      let groups = status.groups.filter { $0.service.hasSameBytes(as: service.service) }
      guard !groups.isEmpty else { continue }
      var added = 0
      for group in groups {
        let topics = status.shards.first { $0.shard == group.shard }?.topics ?? []
        for topic in topics where group.delivered[topic.topic] != nil { added += topic.added }
      }
      let point = Point(time: now, added: added, settled: added - service.lag - service.pending)
      var points = self.services[service.service] ?? []
      let step = Self.length / Self.points
      // The last one goes on being the present until it is a step away from the one before.
      if points.count > 1, points[points.count - 2].time.duration(to: now) < step { points.removeLast() }
      points.append(point)
      while let first = points.first, first.time.duration(to: now) > Self.length { points.removeFirst() }
      self.services[service.service] = points
    }
  }

  /// What there is to show of a service; nil if it was seen once only.
  func curve(of service: String) -> Curve? {
    guard let points = services[service], points.count > 1 else { return nil }
    var (added, settled): ([Double], [Double]) = ([], [])
    for (before, after) in zip(points, points.dropFirst()) {
      let seconds = Double(before.time.duration(to: after.time).nanoseconds) / 1e9
      guard seconds > 0 else { continue }
      // A log that was lost begins anew.
      added.append(max(0, Double(after.added - before.added)) / seconds)
      settled.append(max(0, Double(after.settled - before.settled)) / seconds)
    }
    return Curve(added: added, settled: settled)
  }
}
