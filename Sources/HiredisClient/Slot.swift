/// The part of a cluster's keys that a key belongs to: keys of one slot are on one node, and one command may touch several of them.
///
/// [Cluster specification](https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/): CRC16 (XMODEM) of the key, or of
/// what stands between its first `{` and the next `}` if that is not empty, modulo 16384.
public struct Slot: Sendable, Hashable {
  /// 0 ..< ``count``
  public let number: Int

  /// How many there are.
  public static let count = 16_384

  /// A key's slot.
  public init(of key: String) {
    self.init(of: key.utf8.span)
  }

  /// A key's slot.
  ///
  /// - Parameter key: any bytes.
  public init(of key: borrowing Span<UInt8>) {
    var (start, end) = (0, key.count)
    if let open = Self.first(UInt8(ascii: "{"), in: key, from: 0),
      let close = Self.first(UInt8(ascii: "}"), in: key, from: open + 1), close > open + 1
    {
      (start, end) = (open + 1, close)
    }
    var crc: UInt16 = 0
    for index in start..<end { crc = crc << 8 ^ Self.table[Int(UInt8(crc >> 8) ^ key[index])] }
    number = Int(crc) % Self.count
  }

  private static func first(_ byte: UInt8, in key: borrowing Span<UInt8>, from start: Int) -> Int? {
    var index = start
    while index < key.count {
      if key[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// What a byte changes of the sum: polynomial 0x1021.
  private static let table: [UInt16] = (0..<256).map { byte in
    (0..<8).reduce(UInt16(byte) << 8) { crc, _ in crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
  }
}
