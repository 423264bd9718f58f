/// What handlers read of their service's state.
extension Pipeline {
  /// What a field holds after what events before have done, if it was read ahead; nil if it is to be read, after all that they have
  /// written to it is committed.
  func value(of field: StateField, number: Int, epoch: Int) async throws -> String?? {
    if service.readsAhead {
      settleEarly(number, epoch: epoch)
      if let known = scheduler.foreseen(field, number: number, epoch: epoch) { return known }
    }
    try await commitWrites(to: StateName(field), number: number, epoch: epoch)
    return nil
  }

  /// Waits until what events before have written to a hash or stream is committed, so that reading it shows what they have done.
  ///
  /// What is meant by before: of the same key, and, for a service that handles one event after the other, all of the shard.
  func commitWrites(to name: StateName, number: Int, epoch: Int) async throws {
    tell { $0.noteReading(number: number, epoch: epoch) }
    settleEarly(number, epoch: epoch, touching: name)
    let batches = tell { $0.commitWrites(to: name, number: number, epoch: epoch) }
    while let batches, let committed = scheduler.committedBatches(number: number, epoch: epoch), !hasGivenUp {
      if committed >= batches { return }
      await observers.wait()
    }
    throw CancellationError()
  }

  /// Takes in what a runner has done so far that handles one event after the other.
  ///
  /// - Parameter name: what is to be read; a page that writes nothing of it goes on undisturbed.
  private func settleEarly(_ number: Int, epoch: Int, touching name: StateName? = nil) {
    guard let style = scheduler.style(number: number, epoch: epoch) else { return }
    switch runs[number] {
    case .deliveries(let run): scheduler.settle(run.takeOutcomes(), at: .now)
    case .page(let run):
      guard let name, run.touches(name) else { return }
      let batch = run.exchangeBatch(for: CommitBatch(shard: run.page.shard, style))
      scheduler.settle(run.takeSettled(), with: batch, at: .now)
    case .undecoded, nil: return
    }
    carryOut()
  }
}
