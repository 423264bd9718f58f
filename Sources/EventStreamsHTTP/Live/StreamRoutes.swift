import EventStreams
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// What happens, as server-sent events.
struct StreamRoutes {
  let sampler: Sampler
  let tail: EventTail
  let concealment: Concealment
  /// The channels of a domain: their names, and the types of events that each has.
  let channels: [(name: String, types: [String])]

  func add(to routes: inout Routes) {
    routes.get("/v1/stream", .read) { request, context in
      let viewer = try Viewer(request, context, concealment, domain: channels)
      let seat = try sampler.seat()
      return Response(
        status: .ok,
        headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no"],
        body: ResponseBody { [sampler, tail, seat] writer in
          // Here: an answer to HEAD, or to somebody who has gone, writes no body.
          let number = sampler.join(viewer)
          let place = viewer.channels.isEmpty ? nil : tail.join(viewer)
          defer {
            sampler.leave(number)
            if let place { tail.leave(place) }
            withExtendedLifetime(seat) {}
          }
          try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
          // A browser that has gone ends it, and so does the server's end.
          _ = try? await request.body.consumeWithCancellationOnInboundClose { _ in
            try await Self.write(viewer.outbox, to: &writer)
          }
          try await writer.finish(nil)
        })
    }
  }

  @concurrent
  private static func write(_ outbox: Outbox, to writer: inout any ResponseBodyWriter) async throws {
    for await _ in outbox.news.cancelOnGracefulShutdown() {
      let (bytes, isLast) = outbox.take()
      if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
      if isLast { return }
    }
  }
}
