import EventStreams
import HTTPTypes
import Redis

/// Whether the server lives, and whether it can do its work.
struct HealthRoutes {
  let deployment: Deployment

  func add(to routes: inout Routes) {
    routes.get("/health/live", nil) { _, _ in JSONAnswer(Health(status: "ok")) }
    routes.get("/health/ready", nil) { _, context in
      do {
        try await deployment.look(for: context) { _, connection in _ = try await connection.call("PING") }
      } catch let problem as Problem where problem.code == .nothingPublished {
        // It waits for the first event, which it can publish.
      }
      return JSONAnswer(Health(status: "ok"))
    }
  }

  private struct Health: JSONWritable {
    let status: String

    func write(to json: inout JSONWriter) { json.object { $0.field("status", status) } }
  }
}
