import EventStreams
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// What happens, as server-sent events.
struct StreamRoutes {
  let sampler: Sampler

  /// A sign of life for whoever stands between, where nothing is said for long.
  private static let quietFor = Duration.seconds(15)

  func add(to routes: inout Routes) {
    routes.get("/v1/stream", .read) { request, context in
      let channels = try Query(request, known: "channels")["channels"] ?? "status"
      guard channels == "status" else { throw Problem.malformed("channels: there is one, status") }
      let samples = try sampler.samples()
      return Response(
        status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
        body: ResponseBody { writer in
          try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
          // A browser that has gone ends it, and so does the server's end.
          _ = try? await request.body.consumeWithCancellationOnInboundClose { _ in
            try await Self.write(samples, to: &writer)
          }
          try await writer.finish(nil)
        })
    }
  }

  @concurrent
  private static func write(_ samples: AsyncStream<Sample>, to writer: inout any ResponseBodyWriter) async throws {
    var said: [UInt8] = []
    var last = ContinuousClock.now
    for await sample in samples.cancelOnGracefulShutdown() {
      let news = JSONWriter.bytes(of: News(sample: sample))
      if news != said {
        said = news
        last = .now
        try await writer.write(ByteBuffer(string: "id: \(sample.number)\nevent: status\ndata: ") + news + "\n\n")
      } else if last.duration(to: .now) > quietFor {
        last = .now
        try await writer.write(ByteBuffer(string: ": nothing new\n\n"))
      }
    }
  }

  private struct News: JSONWritable {
    let sample: Sample

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("services", sample.services)
        $0.field("warnings", sample.warnings)
        $0.field("trouble", sample.trouble?.problem.detail)
      }
    }
  }
}

extension ByteBuffer {
  fileprivate static func + (buffer: ByteBuffer, bytes: [UInt8]) -> ByteBuffer {
    var buffer = buffer
    buffer.writeBytes(bytes)
    return buffer
  }

  fileprivate static func + (buffer: ByteBuffer, text: String) -> ByteBuffer { buffer + Array(text.utf8) }
}
