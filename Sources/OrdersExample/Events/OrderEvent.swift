import EventStreams

/// An event about one order.
///
/// What happens to an order is handled in order: the order is its key. And all orders share one shard, because they take from one
/// stock: an event's effects reach as far as its shard. Several warehouses would be several shard keys.
protocol OrderEvent: EventData {
  var orderID: String { get }
}

extension OrderEvent {
  var orderingKey: String { orderID }
  var shardKey: String { Warehouse.shardKey }
}
