import EventArchive
import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import Foundation
import HTTPTypes
import Redis
import RideHailing

/// The accounts as they are asked for: from what the services have, and of what they have no longer from the archive.
struct Books: Sendable {
  let deployment: Deployment
  /// The archive's file or URL; nil if there is none.
  let archive: String?

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
    guard let archive, let place = try? ArchivePlace(archive), place.isThere else { return nil }
    return try? await ArchiveReader.open(path: archive, of: .rides)
  }
}
