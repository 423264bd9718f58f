"""Reads metrics with Prometheus' own parser, and asks a Prometheus that has scraped them: every metric that is promised must be there, with its
labels.

    metrics.py text FILE              what a server has answered
    metrics.py scraped ADDRESS        a Prometheus that scrapes it
"""

import json
import sys
import time
import urllib.parse
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

GROUP = {"group"}
MESSAGING = {"messaging_system", "messaging_consumer_group_name"}
OPERATION = {"messaging_system", "messaging_operation_name"}

# All that is promised: kind, name as it stands in the text (histograms without what their lines end in), labels.
PROMISED = [
    ("gauge", "eventstreams_up", set()),
    ("gauge", "eventstreams_consumer_lag_messages", GROUP),
    ("gauge", "eventstreams_consumer_lag_seconds", GROUP),
    ("gauge", "eventstreams_pending_messages", GROUP),
    ("gauge", "eventstreams_retrying_messages", GROUP),
    ("gauge", "eventstreams_dead_letters", GROUP),
    ("gauge", "eventstreams_parked_messages", GROUP),
    ("gauge", "eventstreams_unsent_messages", GROUP),
    ("gauge", "eventstreams_lost_messages", GROUP),
    ("gauge", "eventstreams_unowned_shards", GROUP),
    ("gauge", "eventstreams_scheduled_messages", set()),
    ("gauge", "eventstreams_lease_owned", {"group", "shard"}),
    ("gauge", "eventstreams_lease_epoch", {"group", "shard"}),
    ("gauge", "eventstreams_group_state", {"group", "state"}),
    ("gauge", "eventstreams_log_entries", {"messaging_destination_name"}),
    ("histogram", "eventstreams_settle_duration_seconds", MESSAGING),
    ("counter", "eventstreams_handled_total", GROUP),
    ("counter", "eventstreams_committed_total", GROUP),
    ("counter", "eventstreams_retries_total", GROUP),
    ("counter", "eventstreams_dead_lettered_total", GROUP),
    ("counter", "eventstreams_parked_total", GROUP),
    ("counter", "eventstreams_redriven_total", GROUP),
    ("counter", "eventstreams_commits_fenced_total", GROUP),
    ("counter", "eventstreams_takeovers_total", GROUP),
    ("counter", "eventstreams_losses_detected_total", GROUP),
    ("counter", "eventstreams_discarded_total", GROUP),
    ("counter", "eventstreams_publish_duplicates_total", set()),
    ("counter", "messaging_client_sent_messages_total", {"messaging_system", "messaging_destination_name"}),
    ("counter", "messaging_client_consumed_messages_total", MESSAGING | {"messaging_destination_name"}),
    ("histogram", "messaging_client_operation_duration_seconds", OPERATION),
    ("histogram", "messaging_process_duration_seconds", MESSAGING),
    ("histogram", "db_client_operation_duration_seconds", {"db_system_name", "db_operation_name"}),
    (
        "histogram",
        "http_server_request_duration_seconds",
        {"http_request_method", "http_route", "http_response_status_code", "url_scheme"},
    ),
    ("gauge", "http_server_active_requests", set()),
    ("gauge", "rides_build_info", {"version"}),
    ("gauge", "rides_clearing_balance_minor_units", {"currency"}),
    ("gauge", "rides_trial_balance_minor_units", {"currency"}),
    ("gauge", "rides_archive_lag_seconds", set()),
    ("counter", "process_cpu_seconds_total", set()),
    ("gauge", "process_open_fds", set()),
    ("gauge", "process_resident_memory_bytes", set()),
    ("gauge", "process_start_time_seconds", set()),
]


def check_text(path):
    families = {family.name: family for family in text_string_to_metric_families(open(path, encoding="utf-8").read())}
    problems = []
    for kind, name, labels in PROMISED:
        family = families.get(name.removesuffix("_total"))
        if family is None:
            problems.append(f"there is no {name}")
        elif family.type != kind:
            problems.append(f"{name} is a {family.type}, not a {kind}")
        elif not any(labels <= set(sample.labels) for sample in family.samples):
            problems.append(f"{name} has {set(family.samples[0].labels)}, not {labels}")
    operations = {s.labels["messaging_operation_name"] for s in families["messaging_client_operation_duration_seconds"].samples}
    if operations != {"publish", "receive", "commit"}:
        problems.append(f"operations are {operations}")
    states = [sample for sample in families["eventstreams_group_state"].samples if sample.value == 1]
    if len(states) != 6:
        problems.append(f"not every service has one state: {states}")
    for family in families.values():
        if family.type != "histogram":
            continue
        # Buckets rise up to the count, from 10 µs on.
        series = {}
        for sample in family.samples:
            labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
            if "shard" in sample.labels:
                problems.append(f"{family.name} has a shard")
            if sample.name.endswith("_bucket"):
                series.setdefault(labels, []).append((float(sample.labels["le"]), sample.value))
        for labels, buckets in series.items():
            values = [value for _, value in sorted(buckets)]
            if values != sorted(values) or sorted(buckets)[-1][0] != float("inf") or min(buckets)[0] != 1e-5:
                problems.append(f"{family.name} {labels}: {sorted(buckets)}")
    assert not problems, "\n".join(problems)
    print(f"{len(families)} metrics, {sum(len(family.samples) for family in families.values())} samples")


def ask(address, path):
    with urllib.request.urlopen(f"{address}{path}") as answer:
        return json.load(answer)["data"]


def check_scraped(address):
    deadline = time.time() + 30
    while True:
        try:
            targets = ask(address, "/api/v1/targets")["activeTargets"]
            if targets and all(target["health"] == "up" for target in targets):
                break
        except OSError:
            targets = "no answer"
        assert time.time() < deadline, f"nothing is scraped: {targets}"
        time.sleep(0.2)
    missing = []
    for kind, name, _ in PROMISED:
        series = name + ("_count" if kind == "histogram" else "")
        found = ask(address, "/api/v1/query?query=" + urllib.parse.quote(f"count({series})"))["result"]
        if not found:
            missing.append(series)
    assert not missing, f"Prometheus has no {missing}"
    rules = [rule for group in ask(address, "/api/v1/rules")["groups"] for rule in group["rules"]]
    bad = [rule["name"] for rule in rules if rule["health"] == "err"]
    assert rules and not bad, f"rules that can't be evaluated: {bad}"
    print(f"{targets[0]['scrapeUrl']} in {targets[0]['lastScrapeDuration'] * 1000:.1f} ms; {len(rules)} rules")


if sys.argv[1] == "text":
    check_text(sys.argv[2])
else:
    check_scraped(sys.argv[2])
