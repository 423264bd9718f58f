import Dispatch
import EventStreams
import Foundation
import Synchronization

/// Files that must not stay if the program ends before they are complete, by itself or by a signal.
enum UnfinishedFiles {
  private static let paths = Mutex<Set<Identifier>>([])

  static func add(_ path: String) {
    _ = cleaning
    paths.withLock { _ = $0.insert(path) }
  }

  static func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Made once, with the first file.
  private static let cleaning: Void = {
    atexit {
      for path in UnfinishedFiles.paths.withLock({ $0 }) { unlink(path.text) }
    }
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let before = signal(number, SIG_IGN)
      // What nohup has the program ignore stays ignored.
      guard unsafeBitCast(before, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) else { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // It keeps itself.
        withExtendedLifetime(source) {}
        exit(128 + number)
      }
      source.resume()
    }
  }()
}
