import EventStreams
import Testing

@testable import RideHailing

@Suite("A price") struct SurgePriceTests {
  @Test("moves by no more than a step a minute, is never 1.1 times the plain one, and stays within its bounds")
  func steps() {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<2000 {
      let policy = SurgePolicy(
        maximum: generator.pick(10..<101), step: generator.pick(2..<6), minimumDemand: generator.pick(1..<20))
      var price = 10
      for _ in 0..<30 {
        let next = policy.price(
          after: price, demand: generator.pick(0..<4000), supply: generator.pick(0..<400))
        #expect(abs(next - price) <= policy.step, "\(policy): \(price) -> \(next)")
        #expect(next == 10 || (12...policy.maximum).contains(next), "\(policy): \(price) -> \(next)")
        price = next
      }
      // Nobody wants to go any more.
      for _ in 0..<46 { price = policy.price(after: price, demand: 0, supply: 0) }
      #expect(price == 10, "\(policy)")
    }
  }

  @Test("stays where it is while demand goes up and down by a tenth")
  func hysteresis() {
    let policy = SurgePolicy(minimumDemand: 1)
    // Of a quarter of a car in each cell: a demand of 225 halves is 20 times as many tenths.
    func price(after price: Int, tenths: Double) -> Int {
      policy.price(after: price, demand: Int((tenths * Double(SurgeKernel.total) / 20).rounded()), supply: 0)
    }
    #expect([14.0, 15, 16].map { price(after: 15, tenths: $0) } == [15, 15, 15])
    #expect([13.0, 17].map { price(after: 15, tenths: $0) } == [13, 17])
    #expect(price(after: 10, tenths: 11.2) == 10)
    #expect(price(after: 12, tenths: 11.2) == 12)
    #expect(price(after: 10, tenths: 12) == 12)
  }

  @Test("comes to the same for whoever smooths, and what was seen in a cell weighs the same wherever it is spread to")
  func kernel() throws {
    let cell = try #require(GridCell("u09tvw"))
    #expect(cell.name == "u09tvw")
    let sums = SurgeKernel.smooth([cell: 3])
    #expect(sums.values.reduce(0, +) == 3 * SurgeKernel.total)
    #expect(sums[cell] == 3 * SurgeKernel.centre)
    #expect(sums.count == 45)
    let east = try #require(cell.neighbour(1, 0))
    #expect(Geohash.area(of: east.name)?.west == Geohash.area(of: cell.name)?.east)
    let north = try #require(cell.neighbour(0, 1))
    #expect(Geohash.area(of: north.name)?.south == Geohash.area(of: cell.name)?.north)
    // The poles end the grid, the antimeridian does not.
    let fiji = try #require(Coordinate(latitude: -17, longitude: 179.999)).cell
    #expect(SurgeKernel.smooth([fiji: 1]).values.reduce(0, +) == SurgeKernel.total)
    let pole = try #require(Coordinate(latitude: 90, longitude: 0)).cell
    #expect(SurgeKernel.smooth([pole: 1]).values.reduce(0, +) < SurgeKernel.total)
  }

  @Test("is rounded once, half away from zero, where a fare is multiplied")
  func amount() {
    #expect(Fare.surge(on: 1005, multiplier: 13) == 302)
    #expect(Fare.surge(on: 1005, multiplier: 10) == 0)
    #expect(Fare.surge(on: 1, multiplier: 15) == 1)
  }
}

extension Coordinate {
  fileprivate var cell: GridCell { GridCell(of: self) }
}
