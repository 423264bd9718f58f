import HiredisClient

/// What effects publish, schedule and cancel: in the shard's log, or through the outbox to the shard that its key says.
extension FoldedEffects {
  mutating func publish(
    _ data: some EventData, id: String, timestamp: Timestamp, trace: TraceContext?, isConditional: Bool
  ) {
    let topic = type(of: data).topic
    let other = routes?.otherShard(of: data.shardKey)
    let name = piece(other == nil ? id : "PUBLISH \(topic) \(id)")
    let start = text.count
    EncodedEvent.write(data, id: id, timestamp: timestamp, trace: trace, to: &text)
    var list = Pieces(first: name, last: name)
    add(endPiece(start), to: &list)
    if let other { return send(list, to: other, isConditional: isConditional) }
    publish(.publish(in: topic), list, isConditional: isConditional)
  }

  mutating func schedule(
    _ data: some EventData, id: String, timestamp: Timestamp, due: Timestamp, trace: TraceContext?, isConditional: Bool
  ) {
    let topic = type(of: data).topic
    var event = JSONWriter()
    EncodedEvent.write(data, id: id, timestamp: timestamp, trace: trace, to: &event)
    let (time, length) = (String(due.dueMilliseconds), String(event.count))
    let other = routes?.otherShard(of: data.shardKey)
    let name = piece(other == nil ? id : "SCHEDULE \(time) \(topic) \(length) \(id)")
    var list = Pieces(first: name, last: name)
    if other == nil { for text in [time, topic, length] { add(piece(text), to: &list) } }
    let start = text.count
    ScheduleRecord.write(event.bytes, id: id, topic: topic, due: due, to: &text)
    add(endPiece(start), to: &list)
    if let other { return send(list, to: other, isConditional: isConditional) }
    publish(.schedule, list, isConditional: isConditional)
  }

  mutating func cancel(_ id: String, shardKey: String?, isConditional: Bool) {
    let other = shardKey.flatMap { routes?.otherShard(of: $0) }
    let name = piece(other == nil ? id : "CANCEL \(id)")
    let start = text.count
    ScheduleRecord.writeCancellation(of: id, to: &text)
    var list = Pieces(first: name, last: name)
    add(endPiece(start), to: &list)
    if let other { return send(list, to: other, isConditional: isConditional) }
    publish(.cancel, list, isConditional: isConditional)
  }

  /// True if something is left in the outbox.
  var sends: Bool { !sending.isEmpty }

  /// What one entry of the outbox holds, so that it fits the stack of the server's Lua, and a page of them the memory.
  private static let (piecesPerSending, bytesPerSending) = (400, 256 << 10)

  /// Adds something that another shard is given; what follows for the same shard becomes one operation with it.
  private mutating func send(_ event: Pieces, to shard: Int, isConditional: Bool) {
    if !isConditional, let earlier = sending[shard], earlier.round == round,
      case .send(let key, let list) = operations[earlier.operation],
      list.count < Self.piecesPerSending, text.count - earlier.start < Self.bytesPerSending
    {
      operations[earlier.operation] = .send(key: key, joined(list, event))
      return
    }
    let key = index(ofOutbox: routes?.outbox ?? "")
    let start = text.count
    let target = piece(String(shard))
    // Also what is conditional says that something is sent; nothing joins it.
    sending[shard] = (operations.count, isConditional ? -1 : round, start)
    operations.append(.send(key: key, joined(Pieces(first: target, last: target), event)))
  }

  /// Adds something about an event; what follows on the same about another becomes one operation with it.
  private mutating func publish(_ publication: Publication, _ event: Pieces, isConditional: Bool) {
    if !isConditional, let publishing, publishing.round == round,
      case .publish(let earlier, let list) = operations[publishing.operation], earlier.isSame(as: publication)
    {
      operations[publishing.operation] = .publish(publication, joined(list, event))
    } else {
      if !isConditional { publishing = (operations.count, round) }
      operations.append(.publish(publication, event))
    }
  }

  private mutating func joined(_ list: Pieces, _ more: Pieces) -> Pieces {
    var list = list
    pieces[list.last].next = more.first
    list.last = more.last
    list.count += more.count
    return list
  }
}
