import Redis

/// The Redis functions that publish, commit and hand over shards; their source is `eventstreams.lua` beside this file.
enum FunctionLibrary {
  static let name = "eventstreams_v1"
  static let publish = "eventstreams_publish_v1"
  static let commit = "eventstreams_commit_v1"
  static let lease = "eventstreams_lease_v1"
  static let recover = "eventstreams_recover_v1"
  static let begin = "eventstreams_begin_v1"
  static let history = "eventstreams_history_v1"
  static let redrive = "eventstreams_redrive_v1"
  static let discard = "eventstreams_discard_v1"
  static let trim = "eventstreams_trim_v1"
  static let swap = "eventstreams_swap_v1"
  static let restore = "eventstreams_restore_v1"
  static let forget = "eventstreams_forget_v1"
  static let roster = "eventstreams_roster_v1"

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
