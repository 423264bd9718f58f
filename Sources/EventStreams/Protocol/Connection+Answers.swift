package import HiredisClient

extension Connection {
  /// Sends commands whose answers are numbers, or of no interest; throws the first error among them.
  package func answers(to commands: Commands) throws -> [Int?] {
    try Self.numbers(send(commands))
  }

  private static func numbers(_ replies: borrowing Replies) throws -> [Int?] {
    try replies.check()
    var numbers: [Int?] = []
    for index in 0..<replies.count { numbers.append(try? replies[index].integer()) }
    return numbers
  }
}
