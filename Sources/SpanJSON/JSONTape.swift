/// The nodes of a document in the order of its text, in memory that is kept from one document to the next.
struct JSONTape: ~Copyable {
  private var nodes: UnsafeMutablePointer<JSONNode>
  private var capacity = 128
  private(set) var count = 0

  init() {
    nodes = .allocate(capacity: capacity)
  }

  deinit {
    nodes.deallocate()
  }

  /// The nodes; `JSONNode` is trivial, so there is nothing to deinitialize.
  var span: Span<JSONNode> {
    @_lifetime(borrow self)
    get { _overrideLifetime(Span(_unsafeStart: nodes, count: count), borrowing: self) }
  }

  mutating func removeAll() { count = 0 }

  @inline(__always)
  mutating func append(_ node: JSONNode) {
    if count == capacity { grow() }
    (nodes + count).initialize(to: node)
    count += 1
  }

  /// Notes where the contents of a node that was added end: at the end of the tape.
  mutating func close(_ index: Int, end: UInt32) {
    precondition(index < count)
    nodes[index].end = end
    nodes[index].next = UInt32(truncatingIfNeeded: count)
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<JSONNode>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: nodes, count: count)
    nodes.deallocate()
    nodes = larger
    capacity *= 2
  }
}
