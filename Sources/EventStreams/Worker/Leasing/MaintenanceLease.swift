import Foundation
package import HiredisClient

/// The right to one service's shard, taken from whoever has it: no worker commits there until it is given back.
///
/// What the former owner has in flight stays pending, and is handled by the next one. Nothing is read here, so the connections
/// that earlier owners read with are closed. It lasts no longer than its time to live, so that a holder that dies stops nobody for ever.
package struct MaintenanceLease: Sendable {
  package let service: String
  package let shard: Int
  package let epoch: Int
  private let namespace: Namespace
  private let connection: Connection
  private let holder: String

  package static let timeToLive = Duration.seconds(60)

  /// Takes the right.
  package static func seize(
    _ service: String, shard: Int, namespace: Namespace, connection: Connection
  ) async throws -> MaintenanceLease {
    let holder = "maintenance:\(WorkerSettings.uniqueName())"
    let answer = try await connection.call(call(.seize, service, shard, namespace, holder: holder))
    for reader in answer.readers {
      // It may have gone already, or it may not be permitted: what it reads is found by the next owner.
      try? await reader.close(over: connection, near: namespace.lease(shard, service))
    }
    return MaintenanceLease(
      service: service, shard: shard, epoch: answer.epoch ?? 0, namespace: namespace, connection: connection,
      holder: holder)
  }

  /// Keeps it for another while.
  ///
  /// - Throws: `Lost` if somebody else has it.
  package func renew() async throws {
    let answer = try await connection.call(Self.call(.renew, service, shard, namespace, holder: holder, epoch: epoch))
    guard answer.isKept else { throw Lost(service: service, shard: shard) }
  }

  /// Gives it back, and lets the service's workers know.
  package func release() async throws {
    _ = try await connection.call(Self.call(.release, service, shard, namespace, holder: holder, epoch: epoch))
    try await Wake(namespace: namespace, service: service).wakeAll(on: connection)
  }

  private static func call(
    _ action: LeaseCall.Action, _ service: String, _ shard: Int, _ namespace: Namespace, holder: String, epoch: Int = 0
  ) -> LeaseCall {
    LeaseCall(
      action: action, namespace: namespace, shard: shard, subscription: Subscription(service, topics: []),
      worker: holder, epoch: epoch,
      timeToLive: timeToLive, pausedBecause: "maintenance")
  }

  /// Somebody else has taken it.
  package struct Lost: Error, CustomStringConvertible {
    package let service: String
    package let shard: Int

    package init(service: String, shard: Int) {
      self.service = service
      self.shard = shard
    }

    package var description: String {
      "shard \(shard) of \(service) was taken by somebody else meanwhile; nothing was changed there: run it again"
    }
  }
}
