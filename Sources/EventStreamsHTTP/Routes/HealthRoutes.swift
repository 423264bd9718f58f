import EventStreams
import HTTPTypes
import HiredisClient

/// Whether the server lives, and whether it can do its work.
struct HealthRoutes {
  let deployment: Deployment

  func add(to routes: inout Routes) {
    routes.get("/health/live", nil) { _, _ in JSONAnswer(Health(status: "ok"), isTagged: false) }
    routes.get("/health/ready", nil) { _, context in
      try await checkReadiness(context)
      return JSONAnswer(Health(status: "ok"), isTagged: false)
    }
  }

  /// Throws a `Problem` if nothing could be published.
  func checkReadiness(_ context: APIContext) async throws {
    do {
      try await deployment.look(for: context) { _, connection in _ = try await connection.call("PING") }
    } catch let problem as Problem where problem.code == .nothingPublished {
      // It waits for the first event, which it can publish.
    }
  }

  private struct Health: JSONWritable {
    let status: String

    func write(to json: inout JSONWriter) { json.object { $0.field("status", status) } }
  }
}
