import ArgumentParser
import EventStreams

/// Who must confirm what is published: a number of replicas from 1 to 100, `all`, or `fsync`.
enum AcksArgument: Sendable {
  case replicas(Int)
  case all, fsync

  static func read(_ text: String) throws -> AcksArgument {
    switch text {
    case "all": return .all
    case "fsync": return .fsync
    default:
      guard let count = Int(text), (1...100).contains(count) else {
        throw ValidationError("it is a number of replicas from 1 to 100, all, or fsync")
      }
      return .replicas(count)
    }
  }

  func within(_ timeout: Duration) -> Acknowledgement {
    switch self {
    case .replicas(let count): .replicas(count, within: timeout)
    case .all: .all(within: timeout)
    case .fsync: .fsync(within: timeout)
    }
  }
}
