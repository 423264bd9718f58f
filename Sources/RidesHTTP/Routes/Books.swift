import EventArchive
import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import Foundation
import HTTPTypes
import HiredisClient
import RideHailing

/// The accounts as they are asked for: from what the services have, and of what they have no longer from the archive.
struct Books: Sendable {
  let deployment: Deployment
  /// Read an archive's single events; nil if there is none.
  private let readers: ArchiveReaders?
  /// Read all of it.
  private let reporters: ArchiveReaders?

  /// - Parameter archive: the archive's file or URL; nil if there is none.
  init(deployment: Deployment, archive: String?) {
    self.deployment = deployment
    readers = archive.map { ArchiveReaders(path: $0, of: .rides, count: 4) }
    reporters = archive.map { ArchiveReaders(path: $0, of: .rides, count: 2) }
  }

  func balance(at time: Timestamp? = nil, for context: APIContext? = nil) async throws -> TrialBalance {
    try await look(context) { state, closed in try await TrialBalance.read(from: state, at: time, archive: closed) }
  }

  func account(
    _ account: Account, _ selection: AccountHistory.Selection, limit: Int, for context: APIContext
  ) async throws -> AccountReport {
    try await look(context) { state, closed in
      try await AccountReport.read(account, from: state, selection, limit: limit, archive: closed)
    }
  }

  func statement(
    _ account: Account, _ selection: AccountHistory.Selection, for context: APIContext
  ) async throws -> AccountStatement {
    try await look(context) { state, closed in
      try await AccountStatement.read(account, from: state, selection, archive: closed)
    }
  }

  private func look<Value: Sendable>(
    _ context: APIContext?, _ body: (ServiceState, ClosedJournals?) async throws -> Value
  ) async throws -> Value {
    do {
      return try await deployment.look(for: context) { namespace, connection in
        try await body(
          ServiceState(namespace: namespace, connection: connection), await closedJournals(namespace, connection))
      }
    } catch let needed as ClosedJournals.Needed {
      throw Problem(.conflict, .refused, "\(needed)")
    }
  }

  private func closedJournals(_ namespace: Namespace, _ connection: Connection) async -> ClosedJournals? {
    await reader().map {
      ClosedJournals(archive: $0, inspector: Inspector(namespace: namespace, connection: connection))
    }
  }

  /// The archive; one that was not made yet, or can't be read, is not at hand.
  func reader() async -> ArchiveReader? {
    guard let readers, readers.isThere else { return nil }
    return try? await readers.reader()
  }

  /// - Throws: a `Problem` while there is no archive.
  func reports() async throws -> ArchiveReports {
    guard let reporters, reporters.isThere else {
      throw Problem.notFound("there is no archive here: analytics has not run, or --archive names another file")
    }
    do {
      return ArchiveReports(try await reporters.reader())
    } catch let error as ArchiveProblem {
      throw Problem(error.isOfServer ? .serviceUnavailable : .conflict, .refused, "\(error)")
    }
  }

  /// The payments that are contested.
  func disputes(
    standing status: RideDispute.Status? = nil, for context: APIContext
  ) async throws -> [ContestedRide] {
    try await deployment.look(for: context) { namespace, connection in
      try await RideState(ServiceState(namespace: namespace, connection: connection)).disputes(standing: status)
    }
  }

  /// The rides for which something is owed, by rider.
  func arrears(of rider: String?, in city: String?, for context: APIContext) async throws -> [Arrear] {
    try await deployment.look(for: context) { namespace, connection in
      try await RideState(ServiceState(namespace: namespace, connection: connection)).arrears(of: rider, in: city)
    }
  }

  /// The payouts of drivers, by name, and their runs, the newest first.
  func payouts(for context: APIContext) async throws -> (all: [ListedPayout], runs: [ListedRun]) {
    try await deployment.look(for: context) { namespace, connection in
      let payouts = Payouts(namespace: namespace, connection: connection)
      let all = try await payouts.list()
      return (all.map { ListedPayout(name: $0.name, record: $0.record) }, try await payouts.runs(of: all.map(\.record)))
    }
  }

  /// One ride, from what the services have and, of what they have no longer, from the archive.
  func ride(_ ride: String, for context: APIContext) async throws -> RideReport? {
    try await deployment.look(for: context) { namespace, connection in
      try await RideReport.read(ride, namespace, connection, archive: await reader())
    }
  }
}
