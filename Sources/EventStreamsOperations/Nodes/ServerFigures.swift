/// What a server says of itself (`INFO`).
public struct ServerFigures: Sendable, Hashable {
  /// What it is: `redis 7.0.15`, `valkey 9.1.2`.
  public let version: String
  /// Bytes of memory that it uses, for all that it has.
  public let memory: Int
  /// Commands that it executed in the last second.
  public let operationsPerSecond: Int

  /// Figures.
  public init(version: String, memory: Int, operationsPerSecond: Int) {
    self.version = version
    self.memory = memory
    self.operationsPerSecond = operationsPerSecond
  }

  /// Whether these servers can move slots as one, with all that is in them, while they are used (`CLUSTER MIGRATESLOTS`): Valkey 9 and later.
  public static func moveSlotsWhole(_ servers: [ServerFigures]) -> Bool {
    servers.allSatisfy { figures in
      let words = figures.version.split { $0 == " " || $0 == "." }
      return words.count > 1 && words[0] == "valkey" && Int(words[1]) ?? 0 >= 9
    }
  }
}
