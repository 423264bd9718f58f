extension Duration {
  /// Rounded towards zero; of a duration that is longer than anything, so many that adding to them stays far from overflowing.
  package var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let near = min(max(seconds, -Self.most), Self.most)
    return Int(near * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  /// More than 30 million years, in seconds.
  private static let most: Int64 = 1_000_000_000_000_000
}
