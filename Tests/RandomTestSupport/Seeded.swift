/// The same sequence for the same seed (xorshift64*).
public struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter state: any but 0.
  public init(state: UInt64) { self.state = state }

  /// The next of the sequence.
  public mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }
}
