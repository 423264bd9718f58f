import Foundation
import Testing

/// How much is tried, and how long one input may take.
///
/// FUZZ_INPUTS: how many inputs in all, 20,000 unless told otherwise; FUZZ_SEED: another seed makes other inputs.
struct FuzzRun {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  static let inputs = Int(number("FUZZ_INPUTS") ?? 20_000)
  /// Far beyond what any input takes, on a loaded machine too.
  static let patience = Duration.seconds(10)

  let name: String
  var mutator: Mutator

  init(_ name: String) {
    self.name = name
    mutator = Mutator(seed: name.utf8.reduce(Self.number("FUZZ_SEED") ?? 1) { $0 &* 31 &+ UInt64($1) })
  }

  /// Tries mutated seeds: so many in a hundred of all inputs.
  ///
  /// - Parameter body: returns false if the input was refused; throws, or notes an issue, if what it accepted does not hold.
  mutating func run(_ share: Int, of seeds: [[UInt8]], _ body: ([UInt8]) async throws -> Bool) async {
    let count = max(1, Self.inputs * share / 100)
    var accepted = 0
    for number in 0..<count {
      // Now and then one as it is, so that what is right is seen to be accepted.
      let input = number % 50 == 0 ? seeds[number / 50 % seeds.count] : mutator.mutated(seeds)
      let start = ContinuousClock.now
      do {
        if try await body(input) { accepted += 1 }
      } catch {
        Issue.record("\(name): \(error) for \(String(decoding: input, as: UTF8.self))")
      }
      let time = ContinuousClock.now - start
      if time > Self.patience { Issue.record("\(name) took \(time) for \(String(decoding: input, as: UTF8.self))") }
    }
    #expect(accepted > 0, "\(name): nothing was accepted")
    print("fuzz: \(name): \(count) inputs, \(accepted) accepted")
  }
}
