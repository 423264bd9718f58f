internal import CHiredis

/// The C library that connections are made with.
public enum Hiredis {
  /// Its version, as it was built against: `1.1.0`.
  public static let version = "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)"
}
