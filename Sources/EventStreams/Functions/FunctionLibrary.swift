import Redis

/// The Redis functions that publish, commit and hand over shards; their source is `eventstreams.lua` beside this file.
enum FunctionLibrary {
  static let name = "eventstreams_v2"
  static let services = "eventstreams_services_v2"
  static let found = "eventstreams_found_v2"
  static let confirm = "eventstreams_confirm_v2"
  static let publish = "eventstreams_publish_v2"
  static let commit = "eventstreams_commit_v2"
  static let lease = "eventstreams_lease_v2"
  static let recover = "eventstreams_recover_v2"
  static let begin = "eventstreams_begin_v2"
  static let history = "eventstreams_history_v2"
  static let redrive = "eventstreams_redrive_v2"
  static let discard = "eventstreams_discard_v2"
  static let trim = "eventstreams_trim_v2"
  static let trimmable = "eventstreams_trimmable_v2"
  static let swap = "eventstreams_swap_v2"
  static let restore = "eventstreams_restore_v2"
  static let forget = "eventstreams_forget_v2"
  static let roster = "eventstreams_roster_v2"

  static let source = String(decoding: PackageResources.eventstreams_lua, as: UTF8.self)

  /// Loads the functions unless the server has exactly these. Several may do so at once: each loads the same.
  static func load(on connection: Connection) async throws {
    let loaded = try await connection.call("FUNCTION", "LIST", "LIBRARYNAME", name, "WITHCODE")
    if loaded.root.count > 0 {
      let library = loaded.root[0]
      for index in stride(from: 0, to: library.count - 1, by: 2)
      where try library[index].string() == "library_code" {
        if try library[index + 1].string() == source { return }
      }
    }
    _ = try await connection.call("FUNCTION", "LOAD", "REPLACE", source)
  }
}
