public import EventArchive
import EventStreams

extension ArchiveDomain {
  /// The events of rides, kept by analytics.
  public static let rides = ArchiveDomain(
    service: "analytics", catalog: RideEvents.catalog,
    subject: Subject("ride", field: "rideId", value: { RideID.of($0) }),
    views: ArchiveView.rideViews, viewRevisions: ["views", "views without repetitions", "views net of corrections"],
    advice: Advice(
      find: "it is the file that `rides worker analytics --archive` or `rides up --archive` names",
      verify: "see: rides archive verify", complete: "rides rebuild analytics --apply",
      views: "see: rides analytics views"))
}

extension HistoryFilter {
  /// Only events about these rides, whatever keys they have; of all if empty.
  public var rides: [String] {
    get { subjects }
    set { subjects = newValue }
  }
}
