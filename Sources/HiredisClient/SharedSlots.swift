import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the connections of a process to one cluster know together of who has which slots: what one has found out all know, and one of them asks at
/// a time.
final class SharedSlots: Sendable {
  private struct State {
    var map: SlotMap?
    /// How often it has changed.
    var version = 0
    var isAsked = false
    var asked: ContinuousClock.Instant?
    /// How long until it may be asked again: those who lost a node together don't all ask together.
    var pause = Duration.zero
  }

  private let state = Mutex(State())
  /// As in the state, without waiting for it.
  private let latest = Atomic(0)

  /// Who asks next.
  enum Turn: Hashable {
    /// Whoever gets this, and says how it ended.
    case own
    /// Nobody, as something else is known by now.
    case known
    /// Nobody, as it was asked just now.
    case tooEarly
  }

  // MARK: Sharing

  private struct Weak {
    weak var slots: SharedSlots?
  }

  private static let all = Mutex<[RedisURL: Weak]>([:])

  /// What is known together by those who connect to the same place as the same user. It ends with the last of them.
  static func of(_ url: RedisURL) -> SharedSlots {
    all.withLock { all in
      if let known = all[url]?.slots { return known }
      all = all.filter { $0.value.slots != nil }
      let slots = SharedSlots()
      all[url] = Weak(slots: slots)
      return slots
    }
  }

  // MARK: Knowing

  /// How often what is known has changed.
  var version: Int { latest.load(ordering: .acquiring) }

  /// What is known now, if anything is.
  var known: (map: SlotMap, version: Int)? { state.withLock { state in state.map.map { ($0, state.version) } } }

  /// What is known, once anything is.
  ///
  /// - Parameters:
  ///   - patience: how long others may take to find out.
  ///   - ask: asks a node.
  func known(
    patience: Duration, asking ask: () throws(RedisError) -> SlotMap
  ) throws(RedisError) -> (map: SlotMap, version: Int) {
    if turn(knowing: 0, patience: patience) == .own {
      do throws(RedisError) {
        end(try ask())
      } catch {
        end(nil)
        throw error
      }
    }
    if let known { return known }
    return (try ask(), 0)
  }

  /// Takes in that a slot belongs to a node.
  func move(_ slot: Int, to node: RedisURL.Address) {
    change { state in
      guard let map = state.map, map.owner(of: slot) != node else { return false }
      state.map?.move(slot, to: node)
      return true
    }
  }

  private func change(_ body: (inout State) -> Bool) {
    state.withLock { state in
      guard body(&state) else { return }
      state.version += 1
      latest.store(state.version, ordering: .releasing)
    }
  }

  // MARK: Asking

  /// Says who is to ask, once nobody else does.
  ///
  /// - Parameters:
  ///   - version: of what the caller knows.
  ///   - patience: how long others may take.
  func turn(knowing version: Int, patience: Duration) -> Turn {
    let deadline = ContinuousClock.now + patience
    while true {
      let turn: Turn? = state.withLock { state in
        if state.version != version { return .known }
        guard !state.isAsked else { return ContinuousClock.now < deadline ? nil : .tooEarly }
        if let asked = state.asked, .now - asked < state.pause { return .tooEarly }
        state.isAsked = true
        return .own
      }
      if let turn { return turn }
      // The thread is the connection's own.
      usleep(1000)
    }
  }

  /// Ends a turn.
  ///
  /// - Parameter map: the answer; nil if there was none.
  func end(_ map: SlotMap?) {
    change { state in
      state.isAsked = false
      state.asked = .now
      state.pause = .milliseconds(Int64.random(in: 50...100))
      guard let map, map != state.map else { return false }
      state.map = map
      return true
    }
  }
}
