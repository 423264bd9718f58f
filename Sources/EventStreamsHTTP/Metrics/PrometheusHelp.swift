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
    case "eventstreams_lease_epoch": "How often the shard has been taken by a worker of the group"
    case "eventstreams_lease_owned": "1 if a worker of the group has the shard"
    case "eventstreams_scheduled_messages": "Events that wait for their time"
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
    case "eventstreams_dead_lettered_total": "Events that were given up"
    case "eventstreams_redriven_total": "Dead letters that are handled again"
    case "eventstreams_discarded_total": "Dead letters that were removed for good"
    case "eventstreams_publish_duplicates_total": "Events that were published before"
    case "eventstreams_commits_fenced_total": "Commits that were refused, as the shard is another's by now"
    case "eventstreams_takeovers_total": "Shards in which an earlier owner had left something pending"
    case "eventstreams_losses_detected_total":
      "Shards whose server has gone back to an earlier moment, and entries that were trimmed before they were acknowledged"
    case "eventstreams_parked_total": "Events that were parked"
    case "eventstreams_settle_duration_seconds": "From an event's entry into the log until it was committed"
    case "messaging_process_duration_seconds": "How long attempts to handle an event took"
    case "messaging_client_operation_duration_seconds":
      "How long calls of the event log took; a read's with the time that it waited for something to come"
    case "messaging_client_sent_messages_total": "Events that were published"
    case "messaging_client_consumed_messages_total": "Events that were read"
    case "db_client_operation_duration_seconds": "How long calls of Redis took, with the time that they waited there"
    case "http_server_request_duration_seconds": "How long requests took until their answer began"
    case "http_server_active_requests": "Requests that are being answered"
    case "rides_archive_lag_seconds": "How long the oldest event that is not archived has stood in the log"
    case "rides_build_info": "1, with the version of the program"
    case "rides_balances_age_seconds": "How long ago all accounts were added up"
    case "rides_clearing_balance_minor_units": "What is in clearing: 0 when all is settled"
    case "rides_trial_balance_minor_units": "The sum of all accounts: 0"
    // By its name.
    default: name.replacing("_", with: " ")
    }
  }
}
