extension WorkerSettings {
  /// A name no other worker has: host, process id, and a random part against pids that come again.
  public static func uniqueName() -> String { ProcessName.unique() }

  /// A worker can't be called that.
  public struct InvalidName: Error, Sendable, CustomStringConvertible {
    /// What is allowed.
    public let description: String
  }

  /// Refuses a name that the server would not take: a worker's connections are called after it.
  public static func check(name: String) throws(InvalidName) {
    guard (1...100).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw InvalidName(
        description: "a worker's name is 1 to 100 letters, digits and signs of ASCII without blanks: payment-1, host.7")
    }
  }
}
