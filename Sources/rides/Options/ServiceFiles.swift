import ArgumentParser
import Foundation
import RideHailing

/// Where the services keep files.
struct ServiceFiles: ParsableArguments {
  @Option(help: ArgumentHelp("The SQLite file of the analytics service.", valueName: "path"))
  var archive = ".rides/archive.sqlite"

  @Option(help: ArgumentHelp("The Maildir that the notification service delivers receipts into.", valueName: "folder"))
  var outbox = ".rides/outbox"

  func configuration() throws -> RideServices.Configuration {
    RideServices.Configuration(archivePath: archive, outboxPath: outbox)
  }
}
