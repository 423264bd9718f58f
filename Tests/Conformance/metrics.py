"""Reads metrics with Prometheus' own parser, and looks for those that alerts and the dashboard go by."""

import sys

from prometheus_client.parser import text_string_to_metric_families

families = {family.name: family for family in text_string_to_metric_families(open(sys.argv[1], encoding="utf-8").read())}
for name in [
    "eventstreams_up",
    "eventstreams_consumer_lag_seconds",
    "eventstreams_consumer_lag_messages",
    "eventstreams_pending_messages",
    "eventstreams_dead_letters",
    "eventstreams_group_state",
    "eventstreams_unowned_shards",
    "eventstreams_lost_messages",
    "eventstreams_log_entries",
    "eventstreams_committed",
    "eventstreams_settle_duration_seconds",
    "messaging_process_duration_seconds",
    "messaging_client_operation_duration_seconds",
    "http_server_request_duration_seconds",
    "http_server_active_requests",
    "rides_trial_balance_minor_units",
    "process_resident_memory_bytes",
]:
    assert name in families, f"there is no {name}"
states = [sample for sample in families["eventstreams_group_state"].samples if sample.value == 1]
assert len(states) == 6, states
for family in families.values():
    if family.type != "histogram":
        continue
    # Buckets rise up to the count.
    series = {}
    for sample in family.samples:
        labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
        if sample.name.endswith("_bucket"):
            series.setdefault(labels, []).append((float(sample.labels["le"]), sample.value))
    for labels, buckets in series.items():
        values = [value for _, value in sorted(buckets)]
        assert values == sorted(values) and sorted(buckets)[-1][0] == float("inf"), (family.name, labels)
print(f"{len(families)} metrics, {sum(len(family.samples) for family in families.values())} samples")
