/// The families of event types: what one service wants and most others do not has a topic of its own, so that they are not delivered it.
public enum RideTopics {
  /// What riders ask for.
  public static let requests = "requests"
  /// What became of rides and their fares.
  public static let rides = "rides"
  /// What became of the money of rides.
  public static let payments = "payments"
  /// What drivers have earned.
  public static let earnings = "earnings"
  /// How riders rated.
  public static let ratings = "ratings"
  /// What riders were sent.
  public static let receipts = "receipts"
  /// What fares are multiplied by.
  public static let surge = "surge"
  /// What came into accounts and went out besides rides.
  public static let accounts = "accounts"
}
