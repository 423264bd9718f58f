/// What of a pipeline goes to one node and is answered as one: a command, a transaction from `MULTI` to `EXEC`, or
/// `CLIENT CACHING` with the command that it is about.
struct Errand: Hashable {
  /// Which of the pipeline's commands.
  let commands: Range<Int>
  /// Where its keys are; nil for a command without keys: it goes to where the one before it went, such as `WAIT`.
  let slot: Int?
}

extension Commands {
  /// The commands as errands, in order.
  func errands() -> [Errand] {
    var errands: [Errand] = []
    var begun: (first: Int, slot: Int?, isTransaction: Bool)?
    for index in 0..<count {
      let command = EncodedCommand(at: start(of: index), in: span)
      let slot = command.key.map { Slot(of: span.extracting($0)).number }
      if let transaction = begun {
        let slot = transaction.slot ?? slot
        begun?.slot = slot
        guard !transaction.isTransaction || command.isNamed("EXEC") || command.isNamed("DISCARD") else { continue }
        errands.append(Errand(commands: transaction.first..<index + 1, slot: slot))
        begun = nil
      } else if command.isNamed("MULTI") {
        begun = (index, nil, true)
      } else if command.isCachingNext {
        begun = (index, nil, false)
      } else {
        errands.append(Errand(commands: index..<index + 1, slot: slot))
      }
    }
    // One that is not finished has an answer to each command, all the same.
    if let begun { errands.append(Errand(commands: begun.first..<count, slot: begun.slot)) }
    return errands
  }
}
