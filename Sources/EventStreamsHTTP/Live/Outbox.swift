import DequeModule
import Synchronization

/// What waits to be sent to one viewer: never more than so much, whoever stops to read.
final class Outbox: Sendable {
  /// What a viewer may be behind.
  private static let most = 256 * 1024
  /// A sign of life for whoever stands between, where nothing is said for long.
  private static let quietest = Duration.seconds(15)

  private struct State {
    /// The news that is not sent yet; newer ones take its place.
    var status: [UInt8]?
    var messages: Deque<[UInt8]> = []
    var size = 0
    /// The viewer was too slow: it is told, and sent away.
    var isCut = false
    var lastSent = ContinuousClock.now
  }

  private let state = Mutex(State())
  private let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// Says whenever there is something to take; ends with the outbox.
  var news: AsyncStream<Void> { signals }

  /// How things are; what was said of it before and is not sent yet is not sent.
  func put(status: [UInt8]) {
    state.withLock { $0.status = status }
    signal.yield()
  }

  /// Something that has happened.
  func put(_ message: [UInt8]) {
    state.withLock { state in
      guard !state.isCut else { return }
      state.messages.append(message)
      state.size += message.count
      guard state.size > Self.most else { return }
      state.isCut = true
      (state.messages, state.size) = ([], 0)
    }
    signal.yield()
  }

  /// Says something if nothing was said for long.
  func beat(at now: ContinuousClock.Instant = .now) {
    if state.withLock({ $0.lastSent.duration(to: now) > Self.quietest }) { put(Array(": nothing new\n\n".utf8)) }
  }

  /// Ends it.
  func end() { signal.finish() }

  /// What there is to send, and whether it is the last.
  func take() -> (bytes: [UInt8], isLast: Bool) {
    state.withLock { state in
      state.lastSent = .now
      if state.isCut { return (ServerSentEvent.bytes("gap", data: Array("{}".utf8)), true) }
      let bytes = (state.status ?? []) + state.messages.joined()
      (state.status, state.messages, state.size) = (nil, [], 0)
      return (bytes, false)
    }
  }
}

/// A message of a stream of server-sent events.
enum ServerSentEvent {
  /// - Parameters:
  ///   - name: of the event.
  ///   - id: the place from which the stream goes on; nil if it is the same.
  ///   - data: JSON.
  static func bytes(_ name: String, id: String? = nil, data: [UInt8]) -> [UInt8] {
    var bytes = Array("event: \(name)\n".utf8)
    if let id { bytes += Array("id: \(id)\n".utf8) }
    bytes += Array("data: ".utf8)
    // Ends of lines are blanks in JSON, and would end the message.
    bytes += data.map { $0 == 0x0a || $0 == 0x0d ? 0x20 : $0 }
    bytes += [0x0a, 0x0a]
    return bytes
  }
}
