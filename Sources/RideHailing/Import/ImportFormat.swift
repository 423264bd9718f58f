/// The files that rides can be imported from.
public enum ImportFormat: String, Sendable, CaseIterable {
  /// New York taxis, tidied: `pickup`, `dropoff`, `fare`, `total`, `payment`, …
  case nycTaxis = "nyc-taxis"
  /// New York taxis as the city publishes them, yellow or green by zone, under either spelling of the column names.
  case nycYellow = "nyc-yellow"
  /// New York green taxis of 2013, with coordinates.
  case nycGreen = "nyc-green"
  /// New York fares with coordinates, and nothing but the time of the pickup.
  case nycFares = "nyc-fares"
  /// Chicago taxis.
  case chicago
  /// One Uber driver's trips in Mexico City.
  case mexicoCity = "mexico-city"
  /// Bolt's upfront prices, which name no currency.
  case bolt

  /// Where its rides are.
  var city: String {
    switch self {
    case .nycTaxis, .nycYellow, .nycGreen, .nycFares: "New York"
    case .chicago: "Chicago"
    case .mexicoCity: "Mexico City"
    case .bolt: "Bolt"
    }
  }

  /// Columns without which a file is not of this format.
  var requiredColumns: [String] {
    switch self {
    case .nycTaxis: ["pickup", "dropoff", "distance", "fare", "tip", "tolls", "total", "payment", "dropoff_zone"]
    case .nycYellow: ["trip_distance", "payment_type", "fare_amount", "tip_amount", "tolls_amount", "total_amount"]
    case .nycGreen: ["lpep_pickup_datetime", "Lpep_dropoff_datetime", "Fare_amount", "Total_amount", "Payment_type"]
    case .nycFares:
      [
        "fare_amount", "pickup_datetime", "pickup_longitude", "pickup_latitude", "dropoff_longitude",
        "dropoff_latitude",
      ]
    case .chicago: ["fare", "tips", "trip_start_timestamp", "trip_seconds", "trip_miles", "payment_type"]
    case .mexicoCity:
      ["Status", "Begin Trip Local Timestamp", "Local Dropoff Timestamp", "Local Original Fare", "Currency Code"]
    case .bolt:
      ["order_id_new", "calc_created", "metered_price", "upfront_price", "prediction_price_type", "eu_indicator"]
    }
  }
}
