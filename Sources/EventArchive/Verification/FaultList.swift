/// Faults as they are found; the first thousand are kept, all are counted.
struct FaultList {
  private(set) var faults: [ArchiveFault] = []
  private(set) var count = 0

  static let limit = 1000

  mutating func add(_ fault: ArchiveFault) {
    count += 1
    if faults.count < Self.limit { faults.append(fault) }
  }

  mutating func add(_ more: FaultList) {
    count += more.count
    faults += more.faults.prefix(max(0, Self.limit - faults.count))
  }

  /// Puts another fault in the place of one that turned out to be something else.
  mutating func replace(_ fault: ArchiveFault, by other: ArchiveFault) {
    if let index = faults.firstIndex(of: fault) { faults[index] = other }
  }
}
