import EventStreams
import HTTPTypes
import Hummingbird

/// What works on many dead letters, and its end.
struct OperationRoutes {
  let operations: Operations
  let record: OperatorRecord

  func add(to routes: inout Routes) {
    routes.get("/v1/operations", .read) { request, _ in
      _ = try Query(request)
      return JSONAnswer(ListPage(operations.all, next: nil as String?))
    }
    routes.get("/v1/operations/{id}", .read) { request, context in
      _ = try Query(request)
      return JSONAnswer(try find(context))
    }
    routes.delete("/v1/operations/{id}", .operate) { _, context in JSONAnswer(try await stop(context)) }
  }

  private func find(_ context: APIContext) throws -> Operation {
    guard let operation = operations.operation(try context.parameter("id")) else {
      throw Problem.notFound(
        "this server has no such operation: they are remembered by the server that runs them, for a while")
    }
    return operation
  }

  /// Stops what is left of the operation that the path names.
  func stop(_ context: APIContext) async throws -> Operation {
    let operation = try find(context)
    guard operation.state == .running else { return operation }
    _ = operations.stop(operation.id)
    await record.note(
      "stop", operation.service, "operation \(operation.id)", operation.done, operation: operation.id, context)
    return operation
  }
}
