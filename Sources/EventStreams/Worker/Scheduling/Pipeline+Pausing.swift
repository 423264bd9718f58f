import DequeModule
import Logging

extension Pipeline {
  /// Why nothing is read, or some of it is left alone; nil while everything goes on.
  var pausedBecause: String? { pauses.reason ?? breaker.reason }

  /// What may be handled now.
  var permission: CircuitBreaker.Permission { pauses.whole == nil ? breaker.permission(at: .now) : .nothing }

  /// Takes in what is to be left alone from now on.
  func pause(_ paused: PauseSet) {
    guard paused != pauses else { return }
    pauses = paused
    log.notice(
      paused.reason == nil ? "goes on with everything" : "leaves events alone, as an operator wants it",
      metadata: paused.reason.map { ["reason": "\($0)"] } ?? [:])
    for state in shards.values {
      // What is still to be left alone is put back when its turn comes.
      for key in state.takePaused() { startNext(of: key.text, in: state) }
    }
    if isDraining, paused.whole != nil { _ = returnUnbegun() }
    newsForLeases.yield()
    wakeAll()
  }

  /// Leaves a delivery alone if it is to be, with what follows of its key.
  ///
  /// - Parameter isResumed: true if its key was held for it.
  /// - Returns: false if it may be handled.
  func leavesAlone(_ delivery: Delivery, isResumed: Bool, in state: ShardState) -> Bool {
    guard pauses.isPartial, delivery.callsHandler, pauses.covers(delivery) else { return false }
    if isResumed, service.concurrency > 1 {
      // Others of its key wait already.
      state.held[delivery.key, default: []].prepend(delivery)
    } else {
      state.held[delivery.key, default: []].append(delivery)
    }
    state.active -= 1
    state.notePaused(delivery.key)
    return true
  }
}
