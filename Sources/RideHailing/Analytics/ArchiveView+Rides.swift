public import EventArchive

extension ArchiveView {
  /// The views of rides: first those with a row per event, then those that sum up.
  public static let rideViews = rideViews(.sqlite)

  /// The same in another dialect: other expressions, and the same columns.
  static func rideViews(_ dialect: SQLDialect) -> [ArchiveView] { RideViews(sql: dialect).all }

  /// The commission that the views reckon with where no event tells what was booked; reports can be given another.
  public static let commissionBasisPoints = CommissionRate.standardBasisPoints
}
