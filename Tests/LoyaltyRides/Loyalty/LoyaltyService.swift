import EventStreams
import RideHailing

/// Gives riders a point for each whole unit of currency that a ride costs. It is kept where the rider is at home, whatever the city of the
/// ride, and expires after a year.
struct LoyaltyService: FoldedService {
  static let name = "loyalty"
  static let summary = "gives riders points, which expire after a year"
  static let events: [any EventData.Type] = [PointsEarned.self, PointsExpired.self]
  static let hashes = [StateHash("rides", of: .ride), StateHash("earned", of: .ride), StateHash("points", of: .rider)]

  static func repeating(_ decided: Decided<Never>) -> EventService {
    var service = EventService(name)
    service.on(RideCompleted.self, orderedBy: { $0.rideID }) { event in
      let points = Points(event.data)
      return Effects { effects in
        effects.when("rides", points.rideID, .isAbsent) {
          $0.set("rides", points.rideID, to: String(points.count))
          $0.publish(PointsEarned(points), timestamp: event.timestamp)
        }
      }
    }
    service.on(PointsEarned.self) { event in
      let points = event.data.points
      return Effects { effects in
        effects.when("earned", points.rideID, .isAbsent) {
          $0.set("earned", points.rideID, to: String(points.count))
          $0.increment("points", points.riderID, by: points.count)
          $0.publish(PointsExpired(points), due: event.timestamp + .seconds(365 * 86_400))
        }
      }
    }
    service.on(PointsExpired.self) { event in
      let points = event.data.points
      return Effects { effects in
        effects.when("earned", points.rideID, .equals(String(points.count))) {
          $0.remove("earned", points.rideID)
          $0.increment("points", points.riderID, by: -points.count)
        }
      }
    }
    return service
  }
}
