import EventStreams
import EventStreamsOperations

/// What services have stored in one shard of what their handlers come to.
struct StoredState {
  private var records: [Identifier: [Identifier: [Identifier: String]]] = [:]

  init(of services: [any FoldedService.Type], shard: Int, state: ServiceState) async throws {
    for service in services {
      for hash in service.state {
        records[service.name, default: [:]][hash.name] = try await state.fields(service.name, hash.name, shard: shard)
      }
    }
  }

  /// All fields of a hash.
  func fields(_ service: String, _ hash: String) -> [Identifier: String] { records[service]?[hash] ?? [:] }

  /// A ride's money as it stands; nil if there is none that can be read.
  func payment(_ ride: Identifier) -> PaymentRecord? {
    let service = PaymentService.name
    return PaymentRecord(
      stored: fields(service, PaymentRecord.corrected)[ride] ?? fields(service, PaymentRecord.hash)[ride])
  }

  /// Ride -> what is owed for it, as its rider's arrears say.
  var arrears: [Identifier: Int] {
    fields(PaymentService.name, RiderArrears.hash).values.reduce(into: [:]) { owed, stored in
      for ride in RiderArrears(stored: stored)?.rides ?? [] { owed[Identifier(ride.ride)] = ride.owed }
    }
  }

  /// What is held for a ride; nil if nothing is.
  func hold(_ ride: Identifier) -> CardHold? { CardHold(stored: fields(PaymentService.name, CardHold.hash)[ride]) }

  /// The disputes about a ride that payment knows.
  func disputes(_ ride: Identifier) -> [RideDispute] {
    RideDisputes(stored: fields(PaymentService.name, RideDisputes.hash)[ride])?.disputes ?? []
  }

  /// The tips of a ride that a service has booked; nil if it has no such ride, or not any more.
  func tips(_ ride: Identifier, of service: any FoldedService.Type) -> [String]? {
    guard let rides = service.rides?.first, fields(service.name, rides)[ride] != nil else { return nil }
    return RideTips(stored: fields(service.name, RideTips.hash)[ride])?.tips ?? []
  }

  /// A ride's receipt; nil if there is none that can be read.
  func receipt(_ ride: Identifier) -> Receipt? {
    Receipt(stored: fields(NotificationService.name, Receipt.hash)[ride])
  }
}
