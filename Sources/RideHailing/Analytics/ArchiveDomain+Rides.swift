public import EventArchive
import EventStreams

extension ArchiveDomain {
  /// The events of rides, kept by analytics.
  static func rides(_ catalog: EventCatalog) -> ArchiveDomain {
    ArchiveDomain(
      service: AnalyticsService.name, catalog: catalog,
      subject: Subject("ride", field: "rideId", value: { catalog.ride(of: $0) }),
      views: { ArchiveView.rideViews($0) },
      viewRevisions: [
        "views", "views without repetitions", "views net of corrections", "views of cancellations and tips",
        "ratings that are shown",
      ],
      advice: Advice(
        find: "it is what `rides worker analytics --archive` or `rides up --archive` names",
        verify: "see: rides archive verify", complete: "rides rebuild analytics --apply",
        views: "see: rides analytics views"))
  }
}

extension HistoryFilter {
  /// Only events about these rides, whatever keys they have; of all if empty.
  public var rides: [String] {
    get { subjects }
    set { subjects = newValue }
  }
}
