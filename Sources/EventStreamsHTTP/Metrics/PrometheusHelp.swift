/// What metrics mean, for whoever looks at them in Prometheus.
enum PrometheusHelp {
  static func text(of name: String) -> String {
    switch name {
    case "eventstreams_up": "1 if the event log can be looked at"
    case "eventstreams_consumer_lag_messages": "Events in the log that the group was not delivered yet"
    case "eventstreams_consumer_lag_seconds":
      "How long the oldest event that the group has not settled has stood in the log"
    case "eventstreams_dead_letters": "Events that the group has given up on, with those parked behind them"
    case "eventstreams_group_state": "1 for the state that the group is in"
    case "eventstreams_lost_messages": "Events that were removed from the log before the group got them"
    case "eventstreams_parked_messages": "Events parked behind a dead letter of their key"
    case "eventstreams_pending_messages": "Events that were delivered and are not acknowledged"
    case "eventstreams_retrying_messages": "Events that have failed and wait for another attempt"
    case "eventstreams_unowned_shards": "Shards that no worker of the group has"
    case "eventstreams_unsent_messages": "Events of the group on their way to another shard"
    case "eventstreams_log_entries": "Entries that the topic holds in all shards"
    case "eventstreams_handled_total": "Events that handlers were done with"
    case "eventstreams_committed_total": "Events whose effects were committed"
    case "eventstreams_retries_total": "Attempts that failed and are made again"
    case "eventstreams_dead_letters_total": "Events that were given up"
    case "eventstreams_parked_total": "Events that were parked"
    case "eventstreams_settle_duration_seconds": "From an event's entry into the log until it was committed"
    case "messaging_process_duration_seconds": "How long attempts to handle an event took"
    case "messaging_client_operation_duration_seconds": "How long calls of the event log took"
    case "http_server_request_duration_seconds": "How long requests took until their answer began"
    case "http_server_active_requests": "Requests that are being answered"
    case "rides_balances_age_seconds": "How long ago all accounts were added up"
    case "rides_clearing_balance_minor_units": "What is in clearing: 0 when all is settled"
    case "rides_trial_balance_minor_units": "The sum of all accounts: 0"
    // By its name.
    default: name.replacing("_", with: " ")
    }
  }
}
