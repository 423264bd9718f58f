import EventStreams
import Synchronization
import Testing

@testable import RideHailing

@Suite("Mail that is refused") struct RefusedMailTests {
  /// Refuses a rider's first mails, and is away for the first try of each.
  private final class FussyDelivery: MailDelivery {
    struct Away: Error {}

    private let state = Mutex((tries: [String](), refused: 0))
    private let refusals: Int

    init(refusals: Int) { self.refusals = refusals }

    func deliver(_ mail: Mail) async throws {
      try state.withLock {
        $0.tries.append(mail.name)
        if $0.tries.count(where: { $0 == mail.name }) == 1 { throw Away() }
        if $0.refused < refusals {
          $0.refused += 1
          throw MailRefused("the mail server refused RCPT: 550 5.1.1 No such user")
        }
      }
    }
  }

  @Test("becomes an event and no dead letter, is not called sent, and audit and rebuild come to the same")
  func refused() async throws {
    try await RideBench.run { bench in
      let bench = bench.with(mail: FussyDelivery(refusals: 1))
      var ride = completedRide()
      ride.riderEmail = "rider@example.com"
      let names = RideServices.standard.names
      try await bench.handle([EncodedEvent(ride)], by: names)
      var types = try await bench.types()
      #expect(types["RECEIPT_FAILED"] == 1)
      #expect(types["RECEIPT_SENT"] == nil)
      let receipt = try #require(try await RideState(bench.state).receipts().first)
      #expect(receipt.refusal == "the mail server refused RCPT: 550 5.1.1 No such user")
      #expect(receipt.messageID == nil)
      #expect(receipt.summary.state == "version 1 refused by the mail server")
      #expect(
        receipt.summary.text == "receipt version 1 not sent: the mail server refused RCPT: 550 5.1.1 No such user")
      for archive in [true, false] {
        let report = try await bench.audit(archive: archive)
        #expect(report.violations.isEmpty, "\(report.violations)")
      }

      // The next version is delivered.
      let refund = RefundRequested(of: CorrectedRide(ride), amount: 100, correction: "c1", reason: "late")
      try await bench.handle([EncodedEvent(refund)], by: names)
      types = try await bench.types()
      #expect(types["RECEIPT_FAILED"] == 1)
      #expect(types["RECEIPT_SENT"] == 1)
      #expect(try await RideState(bench.state).receipts().first?.refusal == nil)
      let report = try await bench.audit(archive: true)
      #expect(report.violations.isEmpty, "\(report.violations)")
    }
  }
}
