/// The files that rides can be imported from.
public enum ImportFormat: String, Sendable, CaseIterable {
  /// New York taxis, tidied: `pickup`, `dropoff`, `fare`, `total`, `payment`, …
  case nycTaxis = "nyc-taxis"
  /// New York's yellow taxis as the city publishes them, since 2010, with coordinates or zones.
  case nycYellow = "nyc-yellow"
  /// New York's green taxis as the city publishes them, with coordinates or zones.
  case nycGreen = "nyc-green"
  /// New York fares with coordinates, and nothing but the time of the pickup.
  case nycFares = "nyc-fares"
  /// Chicago taxis.
  case chicago
  /// One Uber driver's trips in Mexico City.
  case mexicoCity = "mexico-city"
  /// Bolt's upfront prices, which name no currency.
  case bolt
  /// Gett's orders that failed, of an unknown day.
  case gett

  /// Where its rides are.
  var city: String {
    switch self {
    case .nycTaxis, .nycYellow, .nycGreen, .nycFares: "New York"
    case .chicago: "Chicago"
    case .mexicoCity: "Mexico City"
    case .bolt: "Bolt"
    case .gett: "Reading"
    }
  }

  /// Columns without which a file is not of this format; of those with a bar between them, one. Any case will do.
  private var requiredColumns: [String] {
    switch self {
    case .nycTaxis: ["pickup", "dropoff", "distance", "fare", "tip", "tolls", "total", "payment", "dropoff_zone"]
    case .nycYellow:
      [
        "tpep_pickup_datetime|pickup_datetime", "tpep_dropoff_datetime|dropoff_datetime", "trip_distance",
        "payment_type", "fare_amount", "tip_amount", "tolls_amount", "total_amount",
      ]
    case .nycGreen:
      [
        "lpep_pickup_datetime", "lpep_dropoff_datetime", "trip_distance", "payment_type", "fare_amount", "tip_amount",
        "tolls_amount", "total_amount",
      ]
    case .nycFares:
      [
        "fare_amount", "pickup_datetime", "pickup_longitude", "pickup_latitude", "dropoff_longitude",
        "dropoff_latitude",
      ]
    case .chicago: ["fare", "tips", "trip_start_timestamp", "trip_seconds", "trip_miles", "payment_type"]
    case .mexicoCity:
      [
        "Status", "Local Request Timestamp", "Begin Trip Local Timestamp", "Local Dropoff Timestamp",
        "Local Original Fare", "Currency Code",
      ]
    case .bolt:
      ["order_id_new", "calc_created", "metered_price", "upfront_price", "prediction_price_type", "eu_indicator"]
    case .gett:
      [
        "order_datetime", "origin_longitude", "origin_latitude", "m_order_eta", "order_gk", "order_status_key",
        "is_driver_assigned_key", "cancellations_time_in_seconds",
      ]
    }
  }

  /// The columns that a file lacks, as people are told: `a`, or `a or b`.
  func missing(in header: CSVHeader) -> [String] {
    requiredColumns.filter { names in !names.split(separator: "|").contains { header.has($0.lowercased()) } }
      .map { $0.replacing("|", with: " or ") }
  }

  /// A column it needs that a file has more than once; nil if there is none.
  func ambiguous(in header: CSVHeader) -> String? {
    requiredColumns.flatMap { $0.split(separator: "|") }.map { $0.lowercased() }.first(where: header.isRepeated)
  }

  /// How it comes to the currency of its fares.
  enum CurrencySource {
    /// All are in this one.
    case fixed(Currency)
    /// Each row names its own.
    case named
    /// Whoever imports it says which.
    case given
    /// It has none.
    case none
  }

  var currency: CurrencySource {
    switch self {
    case .nycTaxis, .nycYellow, .nycGreen, .nycFares, .chicago: .fixed(.usd)
    case .mexicoCity: .named
    case .bolt: .given
    case .gett: .none
    }
  }

  /// The columns that tell a trip, where a trip is taken back by a row with the same ones and a negative fare, and the column of
  /// the fare; nil where that doesn't happen.
  var voiding: (identity: [String], fare: String)? {
    switch self {
    case .nycTaxis: (["pickup", "dropoff", "distance", "color", "pickup_zone", "dropoff_zone"], "fare")
    case .nycYellow, .nycGreen:
      (
        [
          "vendorid", "vendor_id", "tpep_pickup_datetime", "lpep_pickup_datetime", "pickup_datetime",
          "tpep_dropoff_datetime", "lpep_dropoff_datetime", "dropoff_datetime", "trip_distance", "pulocationid",
          "dolocationid", "pickup_location_id", "dropoff_location_id", "pickup_longitude", "pickup_latitude",
          "dropoff_longitude", "dropoff_latitude",
        ], "fare_amount"
      )
    case .nycFares, .chicago, .mexicoCity, .bolt, .gett: nil
    }
  }
}
