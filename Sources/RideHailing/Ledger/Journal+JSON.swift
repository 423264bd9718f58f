public import EventStreams

/// A journal as it is stored, with one record for all its postings and short names, because there are two of them a ride: `k`ind, `r`ide,
/// `e`ffective (in microseconds) and recorded (in milliseconds, `t`), `c`urrency, `p`ostings (account, amount, account, amount …), what was
/// earned (`n`: fare, commission, tips, tolls, cash), the `j`ournal's name unless it books a completed ride, what it corrects (`x`), `w`hy.
extension Journal: JSONReadable, JSONWritable {
  /// Reads a journal as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    let kind: AccountEntry.Kind = try object["k"]
    let ride: String? = try object.optional("r")
    let (effectiveAt, recordedAt): (Int, Int) = (try object["e"], try object["t"])
    let currency: Currency = try object["c"]
    let postings = try object.with("p") { (list) throws(JSONError) in try Self.postings(list, currency) }
    let earning = try object.optional("n", as: StoredEarning.self)?.earning
    guard let id = try object.optional("j") ?? ride.map({ Self.id(ofRide: $0, kind) }) else {
      throw JSONError(path: "j", problem: "is missing")
    }
    self.init(
      id: id, kind: kind, rideID: ride, effectiveAt: Timestamp(microsecondsSinceEpoch: Int64(effectiveAt)),
      recordedAt: Timestamp(millisecondsSinceEpoch: Int64(recordedAt)), corrects: try object.optional("x"),
      reason: try object.optional("w"), earning: earning, written: postings)
  }

  private static func postings(_ list: borrowing JSONValue, _ currency: Currency) throws(JSONError) -> [Posting] {
    var postings: [Posting] = []
    var account: Account?
    try list.forEachElement { (element) throws(JSONError) in
      if let name = account {
        postings.append(.credit(name, Money(try element.integer(), currency)))
        account = nil
      } else {
        account = Account(name: try element.string())
      }
    }
    guard account == nil, !postings.isEmpty else { throw list.mismatch("accounts, each with its amount") }
    return postings
  }

  /// Writes it as an object. Its postings are of one currency.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("k", kind)
      $0.field("r", rideID)
      $0.field("e", Int(effectiveAt.microsecondsSinceEpoch))
      $0.field("t", Int(recordedAt.microsecondsSinceEpoch / 1000))
      $0.field("c", postings.first?.amount.currency)
      $0.field("p", StoredPostings(postings: postings))
      $0.field("n", earning.map { StoredEarning(earning: $0) })
      if rideID.map({ Self.id(ofRide: $0, kind).hasSameBytes(as: id) }) != true { $0.field("j", id) }
      $0.field("x", corrects)
      $0.field("w", reason)
    }
  }

  private struct StoredPostings: JSONWritable {
    let postings: [Posting]

    func write(to json: inout JSONWriter) {
      json.array { json in
        for posting in postings {
          json.element(posting.account.name)
          json.element(posting.amount.minorUnits)
        }
      }
    }
  }

  private struct StoredEarning: JSONReadable, JSONWritable {
    let earning: Earning

    init(earning: Earning) { self.earning = earning }

    init(from json: borrowing JSONValue) throws(JSONError) {
      let items: [Int] = try Array(from: json)
      guard items.count == 5 else { throw json.mismatch("five amounts") }
      var earning = Earning()
      (earning.fare, earning.commission, earning.tips, earning.tolls, earning.cash) = (
        items[0], items[1], items[2], items[3], items[4]
      )
      self.earning = earning
    }

    func write(to json: inout JSONWriter) {
      json.array {
        for item in [earning.fare, earning.commission, earning.tips, earning.tolls, earning.cash] { $0.element(item) }
      }
    }
  }
}
