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
    /// `commit` and `recover` refuse when any topic's group is gone, also one that they have nothing to do with.
    static let groupCheck = Mechanisms(rawValue: 1 << 11)
    /// The position of a group, and what it passed over, are kept beside the group.
    static let keepPosition = Mechanisms(rawValue: 1 << 12)
    static let keepBehind = Mechanisms(rawValue: 1 << 13)
    /// A new owner puts the group back to where the lease says that it must stand, and a renewal looks whether it does.
    static let putBack = Mechanisms(rawValue: 1 << 14)
    /// `commit` refuses an entry that is settled.
    static let settledCheck = Mechanisms(rawValue: 1 << 15)
    /// `commit` refuses to pass over what was not given out between two reads of a topic, or after the last.
    static let seamCheck = Mechanisms(rawValue: 1 << 16)
    /// An entry's id is greater than those of all that were published in the shard before, in whatever topic.
    static let clock = Mechanisms(rawValue: 1 << 17)
    /// What was read beyond the end of a stream that COUNT cut short waits until more of that is read.
    static let watermark = Mechanisms(rawValue: 1 << 18)
    /// What a read gives that may have been woken by one stream waits until the others have been read.
    static let distrustWaking = Mechanisms(rawValue: 1 << 19)
    /// Pending entries are handed out in the order of their ids, whatever topic they are in.
    static let recoverMerged = Mechanisms(rawValue: 1 << 20)
    /// `recover` refuses to hand out one beyond an entry that is not pending, nor settled.
    static let recoveryCheck = Mechanisms(rawValue: 1 << 21)
    /// A new owner gives back what is pending beyond an entry that was not given out, if that is in another topic, too.
    static let giveBack = Mechanisms(rawValue: 1 << 22)
    /// A topic that appears takes the lease from the owner, which does not know it.
    static let fenceAtNewTopic = Mechanisms(rawValue: 1 << 23)
    /// `commit` refuses unless all that its sender knows that it passes over is pending.
    static let leftCheck = Mechanisms(rawValue: 1 << 24)
    /// An owner that reads what comes before something that it gave out takes the shard anew.
    static let orderCheck = Mechanisms(rawValue: 1 << 25)
    static let all = Mechanisms(rawValue: 1 << 26 - 1)
    /// What is enough while nobody moves the group of the only topic.
    static let standing = all.subtracting([.putBack, .settledCheck, .seamCheck])
  }
}
