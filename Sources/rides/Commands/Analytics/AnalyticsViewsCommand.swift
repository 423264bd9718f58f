import ArgumentParser
import EventArchive
import EventStreams
import RideHailing

struct AnalyticsViewsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "views", abstract: "What `rides analytics sql` can ask for: the views and their columns.",
    discussion: """
      Beside the views there is the table they are made of, `events`: shard, stream_ms, stream_seq, id, type, key, \
      happened_at_us (microseconds since 1970) and event (the JSON as logged).

        rides analytics views rides
      """)

  @Argument(help: "Only this view.")
  var view: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let views = ArchiveView.rideViews.filter { view == nil || $0.name == view }
    guard !views.isEmpty else {
      throw Failure.usage(
        "there is no view '\(view ?? "")'; there are \(ArchiveView.rideViews.map(\.name).joined(separator: ", "))")
    }
    if output.format == .json { return Terminal.print(json: JSONWriter.bytes(of: views)) }
    Terminal.print(drawn: views.map(text).joined(separator: "\n\n"))
  }

  private func text(_ view: ArchiveView) -> String {
    let width = view.columns.map(\.name.count).max() ?? 0
    let columns = view.columns.map { column in
      "  \(column.name)\(String(repeating: " ", count: width - column.name.count))  \(column.meaning)"
    }
    let name = Screen.current?.bold(view.name) ?? view.name
    return "\(name): a row is \(view.meaning)\n\(columns.joined(separator: "\n"))"
  }
}
