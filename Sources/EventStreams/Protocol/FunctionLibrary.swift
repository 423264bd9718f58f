import HiredisClient

/// The functions in the server: one Lua file each beside the type that calls it, and a prelude that they share.
///
/// The library's name carries the version of the protocol between workers and these functions: workers of two versions run side by side,
/// each with its own functions.
enum FunctionLibrary {
  private static let version = "v6"
  static let name = "eventstreams_\(version)"

  /// What a function is called in the server.
  static func name(of function: String) -> String { "eventstreams_\(function)_\(version)" }

  /// All calls there are.
  static var calls: [any FunctionCall.Type] {
    [
      ServicesCall.self, FoundCall.self, PublishCall.self, ScheduleCall.self, CancelCall.self, DueCall.self,
      LeaseCall.self, RecoverCall.self, CommitCall.self, BeginCall.self, RedriveCall.self,
      DiscardCall.self, ConfirmCall.self, TrimCall.self, TrimmableCall.self, SwapCall.self, RestoreCall.self,
      ForgetCall.self, RosterCall.self, GrantCall.self, SlotsCall.self,
      ForwardCall.self, SentCall.self, CloseCall.self,
    ]
  }

  static let source = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")

  /// Each may use what those before it define.
  private static let parts = [
    PackageResources.prelude_lua,
    PackageResources.numbers_lua,
    PackageResources.checks_lua,
    PackageResources.topics_lua,
    PackageResources.positions_lua,
    PackageResources.deduplication_lua,
    PackageResources.waiting_lua,
    PackageResources.services_lua,
    PackageResources.found_lua,
    PackageResources.publish_lua,
    PackageResources.schedule_lua,
    PackageResources.cancel_lua,
    PackageResources.due_lua,
    PackageResources.lease_lua,
    PackageResources.recover_lua,
    PackageResources.outbox_lua,
    PackageResources.effects_lua,
    PackageResources.forward_lua,
    PackageResources.sent_lua,
    PackageResources.letters_lua,
    PackageResources.commit_lua,
    PackageResources.begin_lua,
    PackageResources.redrive_lua,
    PackageResources.discard_lua,
    PackageResources.retention_lua,
    PackageResources.confirm_lua,
    PackageResources.trim_lua,
    PackageResources.trimmable_lua,
    PackageResources.staged_lua,
    PackageResources.swap_lua,
    PackageResources.restore_lua,
    PackageResources.forget_lua,
    PackageResources.roster_lua,
    PackageResources.grant_lua,
    PackageResources.slots_lua,
    PackageResources.close_lua,
  ]

  /// Loads the functions into every server that hasn't exactly these. Several may do so at once: each loads the same.
  static func load(on connection: Connection) async throws {
    for server in try await connection.masters() {
      let list = ["FUNCTION", "LIST", "LIBRARYNAME", name, "WITHCODE"]
      if try !isLoaded(await connection.call(list, at: server)) { try await replace(on: connection, at: server) }
    }
  }

  private static func isLoaded(_ reply: borrowing Reply) throws -> Bool {
    guard reply.root.count > 0 else { return false }
    return try reply.root[0][field: "library_code"].string() == source
  }

  private static func replace(on connection: Connection, at server: RedisURL.Address) async throws(RedisError) {
    do throws(RedisError) {
      _ = try await connection.call(["FUNCTION", "LOAD", "REPLACE", source], at: server)
    } catch {
      throw explained(error)
    }
  }

  private static func explained(_ error: RedisError) -> RedisError {
    guard error.code == .noPermission else { return error }
    var explained = error
    explained.message += "; this version's functions are not loaded: have a user who may load them (rides install)"
    return explained
  }
}
