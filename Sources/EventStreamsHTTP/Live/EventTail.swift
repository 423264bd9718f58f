import EventStreams
import EventStreamsOperations
import HiredisClient
import ServiceLifecycle
import Synchronization

/// Reads the logs for all who want to be told of events: those who have come as far are told of the same reading.
final class EventTail: Service {
  private static let pause = Duration.milliseconds(250)
  /// What is read of a shard at a time.
  private static let most = 200

  private struct Watcher {
    let viewer: Viewer
    var position: LogPosition?
  }

  private struct State {
    var watchers: [Int: Watcher] = [:]
    var next = 0
  }

  private let deployment: Deployment
  private let state = Mutex(State())
  private let (wishes, wish) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  init(_ deployment: Deployment) { self.deployment = deployment }

  /// Tells a viewer of events until `leave` is called with the number returned.
  func join(_ viewer: Viewer) -> Int {
    defer { wish.yield() }
    return state.withLock { state in
      state.next += 1
      state.watchers[state.next] = Watcher(viewer: viewer, position: viewer.position)
      return state.next
    }
  }

  func leave(_ number: Int) { state.withLock { $0.watchers[number] = nil } }

  func run() async throws {
    // Nothing is read while nobody watches.
    for await _ in wishes.cancelOnGracefulShutdown() {
      await cancelWhenGracefulShutdown { [self] in
        while !Task.isCancelled, state.withLock({ !$0.watchers.isEmpty }) {
          // What can't be read now is read when it can.
          try? await look()
          try? await Task.sleep(for: Self.pause)
        }
      }
    }
  }

  private func look() async throws {
    try await deployment.look { namespace, connection in
      let inspector = Inspector(namespace: namespace, connection: connection)
      let watchers = state.withLock { $0.watchers }
      let fresh = watchers.filter { $0.value.position == nil }.map(\.key)
      if !fresh.isEmpty {
        let end = try await inspector.end()
        move(fresh, to: end)
      }
      for (position, group) in Dictionary(grouping: watchers.filter { $0.value.position != nil }, by: \.value.position)
      {
        guard let position else { continue }
        let (events, next) = try await inspector.events(after: position, limit: Self.most)
        guard next != position else { continue }
        Self.tell(group.map(\.value.viewer), events, next)
        move(group.map(\.key), to: next)
      }
    }
  }

  private func move(_ numbers: [Int], to position: LogPosition) {
    state.withLock { state in
      for number in numbers { state.watchers[number]?.position = position }
    }
  }

  private static func tell(_ viewers: [Viewer], _ events: [EventPage.Found], _ position: LogPosition) {
    let id = Cursor.text(of: "\(position)")
    var written: [Set<Scope>: [[UInt8]]] = [:]
    for viewer in viewers {
      let texts =
        written[viewer.scopes] ?? events.map { viewer.mask.hiding(in: JSONWriter.bytes(of: $0)) }
      written[viewer.scopes] = texts
      let told = zip(events, texts).flatMap { event, text in viewer.channels(of: event).map { ($0, text) } }
      for (place, (channel, text)) in told.enumerated() {
        // The stream goes on after all that was read with it, so the last says where: what is cut off before that comes once more.
        viewer.outbox.put(
          ServerSentEvent.bytes(channel, id: place == told.count - 1 ? id : nil, data: text))
      }
    }
  }
}
