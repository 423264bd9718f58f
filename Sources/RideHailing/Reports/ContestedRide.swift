public import EventStreams
import EventStreamsOperations

/// A ride of which a payment is contested, and how that stands.
public struct ContestedRide: Sendable, Hashable, JSONWritable {
  /// The ride.
  public let ride: String
  /// The dispute.
  public let dispute: RideDispute

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", ride)
      $0.field("dispute", dispute)
    }
  }
}

extension RideState {
  /// The payments that are contested, or were: those that are not decided first, then by ride.
  ///
  /// - Parameter status: only those that stand so; nil for all.
  public func disputes(standing status: RideDispute.Status? = nil) async throws -> [ContestedRide] {
    var found: [ContestedRide] = []
    for (ride, stored) in try await disputesByRide() {
      found += stored.disputes.map { ContestedRide(ride: ride, dispute: $0) }
    }
    return found.filter { status == nil || $0.dispute.status == status }.sorted {
      let (first, second) = ($0.dispute.status == .open ? 0 : 1, $1.dispute.status == .open ? 0 : 1)
      return (first, Identifier($0.ride), Identifier($0.dispute.id))
        < (second, Identifier($1.ride), Identifier($1.dispute.id))
    }
  }
}
