/// How many attempts one worker may have running of those that all of its service may: its share, as the server has told it.
struct Slots {
  let limit: Int
  /// How many it may have running; what runs beyond that is from before, and ends.
  private(set) var share = 0
  private(set) var running = 0

  init(limit: Int) { self.limit = limit }

  /// How many more may begin.
  var free: Int { max(0, share - running) }

  /// Begins an attempt, if one more may run.
  mutating func take() -> Bool {
    guard free > 0 else { return false }
    running += 1
    return true
  }

  /// Takes in that an attempt has ended.
  mutating func giveBack() { running -= 1 }

  /// Takes in what the server has told.
  mutating func shared(_ share: Int) { self.share = share }

  /// Takes in that the server has not been heard of for so long that others may have the share.
  mutating func lost() { share = 0 }
}
