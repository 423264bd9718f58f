import EventStreams
import EventStreamsOperations
import HTTPTypes
import HiredisClient
import Hummingbird

/// Removing what others may still need: old events, and groups that nobody runs.
struct AdminRoutes {
  let deployment: Deployment
  let record: OperatorRecord
  /// Has the stores that are at hand say what they hold.
  let confirm: @Sendable (Namespace, Connection) async throws -> Void

  func add(to routes: inout Routes) {
    routes.post("/v1/trim", .administer) { request, context in
      let wish = try await request.json(upTo: ServerSettings.Limit.line) { (json) throws(JSONError) in
        try Trim(from: json)
      }
      let results = try await deployment.change(for: context) { namespace, connection in
        let trimmer = Trimmer(namespace: namespace, connection: connection)
        let start = try await trimmer.start()
        try await confirm(namespace, connection)
        var results: [Trimmer.Result] = []
        for shard in namespace.shards {
          results += try await trimmer.trim(shard: shard, wish.retention, isDryRun: wish.isDryRun, since: start)
        }
        return results
      }
      let removed = results.reduce(0) { $0 + $1.removed }
      if !wish.isDryRun { await record.note("trim", "log", wish.description, removed, context) }
      return JSONAnswer(
        ListPage(results, next: nil as String?) {
          $0.field("removed", removed)
          $0.field("dryRun", wish.isDryRun)
        })
    }
    routes.delete("/v1/groups/{name}", .administer) { request, context in
      let name = try context.parameter("name")
      let typed = try await request.json(upTo: 4096) { (json) throws(JSONError) in
        var object = try json.object()
        return try object["name"] as String
      }
      guard typed.hasSameBytes(as: name) else {
        throw Problem(
          .unprocessableContent, .refused, "the body names '\(typed)', not '\(name)': nothing was done")
      }
      let group = try await deployment.change(for: context) { namespace, connection in
        let groups = Groups(namespace: namespace, connection: connection)
        guard let group = try await groups.list().first(where: { $0.name.hasSameBytes(as: name) }) else {
          throw Problem.notFound("there is no group '\(name)'")
        }
        do {
          _ = try await groups.remove(name)
        } catch let error as GroupInUse {
          throw Problem(.conflict, .conflict, error.description)
        }
        return group
      }
      await record.note("remove-group", name, "with \(group.dead) dead letters", group.lag + group.pending, context)
      return JSONAnswer(group)
    }
  }

  /// `{"olderThanSeconds":604800,"keep":100000,"dryRun":true}`
  private struct Trim: Sendable, CustomStringConvertible {
    let retention: Retention
    let isDryRun: Bool

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      let seconds: Int? = try object.optional("olderThanSeconds")
      let keep: Int? = try object.optional("keep")
      isDryRun = try object.optional("dryRun") ?? false
      guard seconds != nil || keep != nil else {
        throw JSONError(path: "olderThanSeconds", problem: "or keep is needed, or both")
      }
      for (number, name) in [(seconds, "olderThanSeconds"), (keep, "keep")] {
        if let number, !(0...1_000_000_000).contains(number) {
          throw JSONError(path: name, problem: "\(number) is not between 0 and 1000000000")
        }
      }
      retention = Retention(maxAge: seconds.map { .seconds($0) }, maxEntries: keep)
    }

    var description: String {
      [
        retention.maxAge.map { "older than \($0.short)" },
        retention.maxEntries.map { "beyond \($0) a topic and shard" },
      ]
      .compactMap(\.self).joined(separator: ", ")
    }
  }
}
