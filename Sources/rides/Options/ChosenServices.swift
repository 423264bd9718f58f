import ArgumentParser
import RideHailing

/// The services that the program was given.
enum ChosenServices {
  /// The services that it runs, rebuilds and audits.
  @TaskLocal static var list = RideServices.standard

  /// The services' names, as a list for people.
  static var names: String {
    let names = list.names
    return names.count < 2 ? names.joined() : "\(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")"
  }

  /// Refuses a service that isn't there.
  ///
  /// - Parameter purpose: what it is wanted for, as the end of `there is no service to`.
  static func check(_ service: String, to purpose: String? = nil) throws {
    guard list.named(service) == nil else { return }
    throw ValidationError(
      "there is no service '\(service)'\(purpose.map { " to \($0)" } ?? ""); there are \(list.names.joined(separator: ", "))"
    )
  }
}
