public import EventStreams

/// What an event about an account says.
public protocol AccountEventKind: Sendable {
  /// The `type` field of such an event.
  static var eventType: EventType { get }
  /// What is wrong with an amount or a reason; nil if nothing is.
  static func problem(amount: Int, reason: String?) -> JSONError?
}

extension AccountEventKind {
  /// Wrong unless the amount is positive.
  public static func problem(amount: Int, reason: String?) -> JSONError? {
    amount > 0 ? nil : JSONError(path: "amount", problem: "\(amount) is not above 0")
  }
}

/// The kinds of events about accounts.
public enum AccountEventKinds {
  /// An account begins, with nothing on it.
  public enum Opened: AccountEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "ACCOUNT_OPENED"
    /// Wrong unless the amount is 0.
    public static func problem(amount: Int, reason: String?) -> JSONError? {
      amount == 0 ? nil : JSONError(path: "amount", problem: "\(amount) is not 0: deposit it")
    }
  }

  /// Money has come in.
  public enum Deposited: AccountEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "ACCOUNT_DEPOSITED"
  }

  /// Somebody wants money out: a rider, or a driver who is to be paid. It is withdrawn if the balance allows it.
  public enum WithdrawalRequested: AccountEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "ACCOUNT_WITHDRAWAL_REQUESTED"
  }

  /// Money has gone out.
  public enum Withdrawn: AccountEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "ACCOUNT_WITHDRAWN"
  }

  /// There was too little on the account.
  public enum WithdrawalRefused: AccountEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "ACCOUNT_WITHDRAWAL_REFUSED"
  }

  /// Another movement has come under the name before.
  public enum MovementRefused: AccountEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "ACCOUNT_MOVEMENT_REFUSED"
    /// Nothing is: it says what was asked for.
    public static func problem(amount: Int, reason: String?) -> JSONError? { nil }
  }

  /// An operator has put something right. It is booked whatever the balance, and says why.
  public enum Adjusted: AccountEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "ACCOUNT_ADJUSTED"
    /// Wrong without an amount or a reason.
    public static func problem(amount: Int, reason: String?) -> JSONError? {
      if amount == 0 { return JSONError(path: "amount", problem: "is 0: there is nothing to adjust") }
      return (reason ?? "").isEmpty
        ? JSONError(path: "reason", problem: "is missing; an adjustment says why it is made") : nil
    }
  }
}

/// An account begins.
public typealias AccountOpened = AccountEvent<AccountEventKinds.Opened>
/// Money has come in.
public typealias AccountDeposited = AccountEvent<AccountEventKinds.Deposited>
/// Somebody wants money out.
public typealias AccountWithdrawalRequested = AccountEvent<AccountEventKinds.WithdrawalRequested>
/// Money has gone out.
public typealias AccountWithdrawn = AccountEvent<AccountEventKinds.Withdrawn>
/// There was too little for a withdrawal.
public typealias AccountWithdrawalRefused = AccountEvent<AccountEventKinds.WithdrawalRefused>
/// Another movement has come under the name before.
public typealias AccountMovementRefused = AccountEvent<AccountEventKinds.MovementRefused>
/// An operator has put something right.
public typealias AccountAdjusted = AccountEvent<AccountEventKinds.Adjusted>
