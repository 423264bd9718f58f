import EventStreams
import HTTPTypes
import Hummingbird
import NIOCore

/// Publishing any number of events, one a line, as they come in.
///
/// The answer begins when all has been read, so that a client may send everything before it reads: lines that were refused are kept, up to a
/// number, and then counted. A client that wants a line for every event is told of each as soon as it is known, and has to read meanwhile: nothing
/// is kept for it. The last line says that the answer is whole; where it is missing, sending all again is harmless.
struct LinePublication {
  let catalog: EventCatalog
  let publisher: SharedPublisher

  /// What lines are called.
  static let types = ["application/x-ndjson", "application/jsonl", "application/ndjson"]

  private static let mostReported = 1000

  /// Publishes, and answers with what was refused.
  func publish(_ request: Request, _ context: APIContext) async throws -> Response {
    var run = LineRun(
      catalog: catalog, publisher: publisher, context: context, trace: request.trace, reportsAll: false)
    var refused: [[UInt8]] = []
    func keep(_ lines: [[UInt8]]) { refused += lines.prefix(max(0, Self.mostReported - refused.count)) }
    for try await buffer in request.body { keep(try await run.take(buffer)) }
    keep(try await run.finish())
    return Response(
      status: .ok, headers: Self.headers, body: ResponseBody(byteBuffer: Self.buffer(of: refused + [run.end])))
  }

  /// Publishes, and answers with what became of each line meanwhile.
  func publishReporting(_ request: Request, _ context: APIContext) -> Response {
    // As it is while the request is answered: its span is over when the body is written.
    let trace = request.trace
    return Response(
      status: .ok, headers: Self.headers,
      body: ResponseBody { [self] writer in
        var run = LineRun(catalog: catalog, publisher: publisher, context: context, trace: trace, reportsAll: true)
        do {
          for try await buffer in request.body {
            let lines = try await run.take(buffer)
            if !lines.isEmpty { try await writer.write(Self.buffer(of: lines)) }
          }
          try await writer.write(Self.buffer(of: try await run.finish() + [run.end]))
        } catch {
          // The status has been sent: what is wrong is said in place of the last line.
          try await writer.write(Self.buffer(of: [JSONWriter.bytes(of: LineReport(problem: Problem(error)))]))
        }
        try await writer.finish(nil)
      })
  }

  private static let headers: HTTPFields = [.contentType: "application/x-ndjson"]

  private static func buffer(of lines: [[UInt8]]) -> ByteBuffer {
    var buffer = ByteBuffer()
    for line in lines {
      buffer.writeBytes(line)
      buffer.writeInteger(UInt8(ascii: "\n"))
    }
    return buffer
  }
}
