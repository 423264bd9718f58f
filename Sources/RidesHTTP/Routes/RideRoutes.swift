import EventStreams
import EventStreamsHTTP
import HTTPTypes
import HiredisClient
import Hummingbird
import RideHailing

/// One ride's way through all services, and what they have stored about it.
struct RideRoutes {
  let books: Books
  let concealment: Concealment

  func add(to routes: inout Routes) {
    routes.get("/v1/rides/{id}", .read) { request, context in
      let wait = try Query(request, known: "wait").integer("wait", in: 0...ServerSettings.longestWait) ?? 0
      let ride = try context.parameter("id")
      let deadline = ContinuousClock.now + .seconds(wait)
      while true {
        let report = try await books.ride(ride, for: context)
        if report == nil || report?.isSettled == false, ContinuousClock.now < deadline {
          try await Task.sleep(for: .milliseconds(50))
          continue
        }
        guard let report else { throw Problem.noRide(ride) }
        return JSONAnswer(report).hidden(by: concealment.mask(for: context))
      }
    }
  }
}

extension Problem {
  static func noRide(_ ride: String) -> Problem {
    .notFound(
      "no event of ride '\(ride)' is known, and none is scheduled; rides trace \(ride) --scan looks through the log as well"
    )
  }
}
