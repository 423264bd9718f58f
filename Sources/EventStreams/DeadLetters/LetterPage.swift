import HiredisClient

/// Dead letters as they stand in Redis.
struct LetterPage {
  private(set) var letters: [DeadLetter] = []

  init(_ reply: borrowing Reply, service: String, shard: Int) throws {
    try reply.root.check()
    for index in 0..<reply.root.count {
      letters.append(Self.letter(reply.root[index], service: service, shard: shard))
    }
  }

  /// One entry. What is no letter does not hide those that are.
  private static func letter(_ entry: borrowing ReplyNode, service: String, shard: Int) -> DeadLetter {
    let fields = entry[1]
    let id = EntryID(utf8: entry[0].bytes) ?? .zero
    let place = EntryID(utf8: fields[field: "entry"].bytes)
    let key = fields[field: "key"]
    var problem: String?
    var about = DeadLetter.About(reason: "", attempts: 0, failures: nil, worker: "?", at: id.recordedAt)
    do {
      about = try Self.about(fields[field: "about"].bytes)
      if place == nil { problem = "entry: is no place in a log" }
      if key.isNil || (try? key.string()) == nil { problem = "key: is missing, or no UTF-8" }
    } catch {
      problem = "about: \(error)"
    }
    if let problem {
      about = DeadLetter.About(
        reason: "this letter can't be read: \(problem)", attempts: 0, failures: nil, worker: "?", at: id.recordedAt)
    }
    return DeadLetter(
      name: LetterName(shard: shard, id: id), service: service, topic: fields[field: "topic"].lossyText,
      entryID: place ?? .zero, key: key.lossyText,
      isParked: fields[field: "kind"].isEqual(to: "parked"), about: about,
      json: fields[field: "event"].bytes.withUnsafeBufferPointer { Array($0) }, isReadable: problem == nil)
  }

  /// What a worker has written about a letter.
  static func about(_ json: Span<UInt8>) throws(JSONError) -> DeadLetter.About {
    var parser = JSONParser()
    return try DeadLetter.About(from: parser.parse(json))
  }
}
