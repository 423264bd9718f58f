import EventStreams
import RideHailing
import ServiceLifecycle
import Synchronization

/// What all accounts come to, for those who look again and again: pages and Prometheus.
///
/// To add up all accounts takes as long as there are many. It is done beside the requests, when somebody has asked, and never for more than a small
/// part of the time; who asks is told what is known.
final class BookWatch: Service {
  /// How the books stood.
  struct Sums: Sendable {
    /// The sum of all accounts, per currency: zero.
    let totals: [Money]
    /// What is in clearing, per currency: zero when all is settled.
    let clearing: [Money]
    let time: Timestamp

    var isBalanced: Bool { totals.allSatisfy { $0.minorUnits == 0 } }
  }

  private let books: Books
  private let sums = Mutex<Sums?>(nil)
  private let (wishes, wish) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  init(_ books: Books) {
    self.books = books
    wish.yield()
  }

  /// How the books stood when they were looked at last; nil if that is not known yet. Asks for another look.
  var latest: Sums? {
    wish.yield()
    return sums.withLock { $0 }
  }

  func run() async throws {
    for await _ in wishes.cancelOnGracefulShutdown() {
      let start = ContinuousClock.now
      // What can't be read now is known from before, and its age is said.
      if let balance = try? await books.balance() {
        let clearing = balance.byKind.filter { $0.account == .clearing }.map(\.balance)
        let known = Sums(totals: balance.totals, clearing: clearing, time: .now())
        sums.withLock { $0 = known }
      }
      let pause = max(.seconds(1), start.duration(to: .now) * 20)
      await cancelWhenGracefulShutdown { try? await Task.sleep(for: pause) }
    }
  }
}
