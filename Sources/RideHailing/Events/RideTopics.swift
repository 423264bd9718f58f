/// The families of event types: what one service wants and most others do not has a topic of its own, so that they are not delivered it.
public enum RideTopics {
  /// What riders look at, ask for and call off.
  public static let requests = "requests"
  /// How rides go on that were asked for.
  public static let progress = "progress"
  /// Which cars are there.
  public static let cars = "cars"
  /// What became of rides and their fares.
  public static let rides = "rides"
  /// What became of the money of rides.
  public static let payments = "payments"
  /// What riders give after a ride's end.
  public static let tips = "tips"
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
