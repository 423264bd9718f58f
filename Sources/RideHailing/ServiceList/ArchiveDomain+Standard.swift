public import EventArchive

extension ArchiveDomain {
  /// The events of the six services.
  public static var rides: ArchiveDomain { RideServices.standard.archive }
}
