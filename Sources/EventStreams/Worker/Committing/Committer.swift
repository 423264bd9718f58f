import CoreMetrics
import HiredisClient
import Logging

/// Commits what has been settled: one call per shard, one after the other without waiting for answers in between.
struct Committer: Sendable {
  let pipeline: Pipeline
  let connection: Connection
  let namespace: Namespace
  let settings: WorkerSettings
  /// What is measured; nil if nobody does.
  let timers: WorkerTimers?
  let log: Logger

  /// Runs until the pipeline has drained and everything is committed.
  func run() async {
    var commands = Commands()
    while var batches = await pipeline.nextBatches() {
      var perseverance = Perseverance("commit", on: connection, log: log)
      // A commit that failed, or whose answer was lost, is repeated as it was until there is an answer: its number keeps it
      // from taking effect twice. What keeps only one shard from being committed is no reason to repeat it, and holds up no other.
      while !batches.isEmpty {
        let spans = CommitSpans(of: batches)
        do {
          for numbered in batches.dropLast() {
            encode(numbered, into: &commands)
            // The server begins with this while the next is encoded.
            try await connection.write(commands)
          }
          if let last = batches.last { encode(last, into: &commands) }
          let start = timers == nil ? nil : ContinuousClock.now
          let answers: [Answer]
          do {
            answers = try self.answers(of: await connection.write(commands, receiving: batches.count))
          } catch {
            if let start { timers?.committed(since: start, error as? RedisError) }
            throw error
          }
          if let start { timers?.committed(since: start, answers.lazy.compactMap(\.error).first) }
          var again: [Scheduler.NumberedBatch] = []
          var lastError: RedisError?
          for (index, (batch, answer)) in zip(batches, answers).enumerated() {
            spans?.end(index, answer.error)
            if let error = await settle(batch.batch, answer) {
              again.append(batch)
              lastError = error
            }
          }
          batches = again
          if let lastError { await perseverance.failed(lastError) }
        } catch {
          spans?.endAll(error)
          await perseverance.failed(error)
        }
        if Task.isCancelled, !batches.isEmpty {
          log.error("gave up on committing; the entries stay pending", metadata: ["shards": "\(batches.count)"])
          return await pipeline.giveUp()
        }
      }
    }
  }

  private func encode(_ numbered: Scheduler.NumberedBatch, into commands: inout Commands) {
    commands.removeAll(keepingCapacity: true)
    commands.append(
      CommitCall(
        numbered.batch, namespace: namespace, service: pipeline.service.name, worker: settings.name,
        number: numbered.number))
  }

  private enum Answer {
    case committed(unparked: Set<EntryID>)
    case failed(RedisError)

    var error: RedisError? { if case .failed(let error) = self { error } else { nil } }
  }

  private func answers(of replies: borrowing Replies) throws -> [Answer] {
    var answers: [Answer] = []
    for index in 0..<replies.count {
      let reply = replies[index]
      if let error = reply.error {
        answers.append(.failed(error))
        continue
      }
      answers.append(.committed(unparked: CommitCall.answer(reply)))
    }
    return answers
  }

  /// Takes in one shard's answer; returns the error if the commit is to be repeated.
  private func settle(_ batch: CommitBatch, _ answer: Answer) async -> RedisError? {
    switch answer {
    case .committed(let unparked):
      timers?.settled(batch, at: .now())
      await pipeline.tell { $0.committed(batch, unparked: unparked) }
    case .failed(let error):
      if let refusal = error.refusal {
        if refusal == .fenced { pipeline.metrics.fenced.increment() }
        await pipeline.tell { $0.refused(batch, refusal, error) }
      } else if error.concernsOneShard {
        await pipeline.tell { $0.lose(batch.shard.number, epoch: batch.shard.epoch, because: ShardLoss(error)) }
      } else {
        return error
      }
    }
    return nil
  }
}
