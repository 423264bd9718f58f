import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient

/// Checks that a namespace that was split anew has what it had: the same rides and movements in each service's state, the same balances, as much
/// that waits; and that its audit finds nothing.
struct SplitCheck {
  private let old: Namespace
  private let new: Namespace
  private let archive: ArchiveReader
  private let services: RideServices
  private let connection: Connection

  init(
    of old: Namespace, and new: Namespace, archive: ArchiveReader, services: RideServices, connection: Connection
  ) {
    self.old = old
    self.new = new
    self.archive = archive
    self.services = services
    self.connection = connection
  }

  private func inspector(_ namespace: Namespace) -> Inspector {
    Inspector(namespace: namespace, connection: connection)
  }

  private func state(_ namespace: Namespace) -> ServiceState {
    ServiceState(namespace: namespace, connection: connection)
  }

  /// - Throws: `Reshard.Refusal` with what is not as it was.
  func run(_ onShard: (Int) -> Void) async throws {
    for service in services.folded {
      for hash in service.state where [.ride, .movement].contains(hash.subject) {
        let (before, after) = (
          try await sum(of: service.name, hash, in: old), try await sum(of: service.name, hash, in: new)
        )
        guard before == after else {
          throw Reshard.Refusal(
            "\(service.name):\(hash.name) would have \(after.count) fields where there are \(before.count)\(after.count == before.count ? ", which say something else" : ""); nothing was changed: see rides audit"
          )
        }
      }
    }
    let (before, after) = (try await TrialBalance.read(from: state(old)), try await TrialBalance.read(from: state(new)))
    func balances(_ balance: TrialBalance) -> [TrialBalance.Row] { balance.rows.filter { $0.balance.minorUnits != 0 } }
    guard balances(before) == balances(after) else {
      throw Reshard.Refusal("the accounts would have other balances; nothing was changed: see rides audit")
    }
    guard try await inspector(old).scheduledCount() == inspector(new).scheduledCount() else {
      throw Reshard.Refusal("not as many events would wait as do; nothing was changed")
    }
    let report = try await Audit(
      namespace: new, inspector: inspector(new), state: state(new), archive: archive, services: services
    ).run(onShard: onShard)
    guard report.holds else {
      throw Reshard.Refusal(
        "the audit of what was made finds \(report.violationCount) violations, so nothing was changed: \(report.violations.first.map { "\($0)" } ?? "")"
      )
    }
  }

  private struct Sum: Equatable {
    var count = 0
    var digest: UInt64 = 0
  }

  /// Of all fields, in whatever shards they are.
  private func sum(of service: String, _ hash: StateHash, in namespace: Namespace) async throws -> Sum {
    var sum = Sum()
    let state = state(namespace)
    for shard in namespace.shards {
      for (field, value) in try await state.fields(service, hash.name, shard: shard) {
        var one: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(field.text)\u{0}\(value)".utf8 { one = (one ^ UInt64(byte)) &* 0x100_0000_01b3 }
        sum.count += 1
        sum.digest &+= one
      }
    }
    return sum
  }
}
