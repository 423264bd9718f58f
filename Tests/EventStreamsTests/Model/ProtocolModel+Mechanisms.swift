extension ProtocolModel {
  /// What makes the protocol safe. Taking one out must show.
  struct Mechanisms: OptionSet {
    let rawValue: Int
    /// `commit` and `recover` refuse an epoch that is not the lease's.
    static let epochCheck = Mechanisms(rawValue: 1 << 0)
    /// They refuse a consumer that is not the lease's owner.
    static let ownerCheck = Mechanisms(rawValue: 1 << 1)
    /// A process never takes an epoch that it has had before.
    static let rememberEpoch = Mechanisms(rawValue: 1 << 2)
    /// `commit` does nothing if its number is not above the last one's.
    static let commitNumbers = Mechanisms(rawValue: 1 << 3)
    /// `commit` refuses a number that leaves one out.
    static let consecutiveNumbers = Mechanisms(rawValue: 1 << 4)
    /// `commit` applies nothing unless all of its entries were pending.
    static let acknowledgementCheck = Mechanisms(rawValue: 1 << 5)
    /// What a commit named that is refused because of its number or its entries is pending again.
    static let claimBack = Mechanisms(rawValue: 1 << 6)
    /// A new owner deals with what is pending before it reads.
    static let recoverFirst = Mechanisms(rawValue: 1 << 7)
    /// A new owner cuts the connections that earlier ones read with.
    static let cutOffReaders = Mechanisms(rawValue: 1 << 8)
    /// The lease names all connections that are to be cut off, also those that an owner that crashed left to its successor.
    static let rememberReaders = Mechanisms(rawValue: 1 << 9)
    /// An owner looks for what was delivered to it in an answer that never came.
    static let recoverLostAnswers = Mechanisms(rawValue: 1 << 10)
    /// `commit` refuses when there is no group.
    static let groupCheck = Mechanisms(rawValue: 1 << 11)
    /// The position of a group, and what it passed over, are kept beside the group.
    static let keepPosition = Mechanisms(rawValue: 1 << 12)
    static let keepBehind = Mechanisms(rawValue: 1 << 13)
    /// A new owner puts the group back to where the lease says that it must stand, and a renewal looks whether it does.
    static let putBack = Mechanisms(rawValue: 1 << 14)
    /// `commit` refuses an entry that is settled.
    static let settledCheck = Mechanisms(rawValue: 1 << 15)
    /// `commit` refuses to pass over what was not given out between two reads.
    static let seamCheck = Mechanisms(rawValue: 1 << 16)
    static let all = Mechanisms(rawValue: 1 << 17 - 1)
    /// What is enough while nobody moves the group.
    static let standing = all.subtracting([.putBack, .settledCheck, .seamCheck])
  }
}
