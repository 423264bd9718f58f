/// Where the shop's stock lies.
enum Warehouse {
  /// There is one: the shard key of everything.
  static let shardKey = "warehouse"
}
