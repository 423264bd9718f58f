/// What of a pipeline goes to one node and is answered as one: a command, or a transaction from `MULTI` to `EXEC`.
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
    var begun: (first: Int, slot: Int?)?
    for index in 0..<count {
      let command = EncodedCommand(at: start(of: index), in: span)
      let slot = command.key.map { Slot(of: span.extracting($0)).number }
      if let transaction = begun {
        begun?.slot = transaction.slot ?? slot
        guard command.isNamed("EXEC") || command.isNamed("DISCARD") else { continue }
        errands.append(Errand(commands: transaction.first..<index + 1, slot: transaction.slot))
        begun = nil
      } else if command.isNamed("MULTI") {
        begun = (index, nil)
      } else {
        errands.append(Errand(commands: index..<index + 1, slot: slot))
      }
    }
    // One that is not finished has an answer to each command, all the same.
    if let begun { errands.append(Errand(commands: begun.first..<count, slot: begun.slot)) }
    return errands
  }
}
