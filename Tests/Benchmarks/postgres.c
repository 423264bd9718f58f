/* What a user might pick instead: the six services on PostgreSQL, with the effects that the product's have.
 *
 *   postgres SERVER publish DESIGN FILE EVENTS
 *   postgres SERVER work DESIGN SERVICE EVENTS BATCH OUTBOX
 *
 * SERVER is a connection string of libpq. The tables are those of postgres.sql. `publish` publishes the events of a file, one in a
 * line, so many in a transaction; `work` runs a service until it has handled so many events, a batch in a transaction. DESIGN is how
 * events come to services:
 *   cursor   a service reads the log from where it was
 *   queue    publishing puts a row for each service that wants the event into the service's queue, with SKIP LOCKED
 * Either way an event is published once, by its id, and a batch's effects, what is published in turn and the cursor's move or the end
 * of the jobs are one transaction. A service that has caught up looks again after 5 ms.
 */
#define _GNU_SOURCE
#include "postgres_services.h"

enum { kTopics = 6, kPause = 5000 };
static const char *const topics[kTopics] = {"accounts", "requests", "rides", "payments", "earnings", "receipts"};

static int has_queues;

/* The statement that publishes into a topic; with queues it gives what is new to whoever wants it. */
static void prepare_publish(const char *name, const char *topic) {
  char insert[256], queues[2048] = "", quoted[32];
  snprintf(insert, sizeof insert,
           "insert into events_%s (event_id, body) select * from unnest($1::text[], $2::text[]) on conflict (event_id) do nothing", topic);
  if (!has_queues) {
    prepare(name, "%s", insert);
    return;
  }
  snprintf(quoted, sizeof quoted, "'%s'", topic);
  for (int i = 0; i < kServices; i++) {
    if (!strstr(services[i].topics, quoted)) continue;
    size_t length = strlen(queues);
    snprintf(queues + length, sizeof queues - length, ", for_%s as (insert into queue_%s (body) select body from new)", services[i].name,
             services[i].name);
  }
  prepare(name, "with new as (%s returning body)%s select", insert, queues);
}

static void prepare_publishing(const char *topic) { prepare_publish("publish", topic); }

/* --- Publishing */

/* The place of an event's topic among all. */
static int topic_of(struct text type) {
  if (is(type, "ACCOUNT_DEPOSITED")) return 0;
  if (is(type, "RIDE_REQUESTED")) return 1;
  if (is(type, "RIDE_COMPLETED")) return 2;
  die("an event of another type: %.*s", SHOWN(type));
  return -1;
}

static void publish_file(const char *path, int batch) {
  enum { kPublished = 3 };
  static struct array events[kPublished][2] = {
    {{.type = kText}, {.type = kText}}, {{.type = kText}, {.type = kText}}, {{.type = kText}, {.type = kText}}};
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t capacity = 0;
  if (!file) die("cannot read %s", path);
  for (int i = 0; i < kPublished; i++) prepare_publish(topics[i], topics[i]);
  enter_pipeline();
  for (int at_end = 0; !at_end;) {
    for (int i = 0; i < kPublished; i++) clear_arrays(events[i], 2);
    int count = 0;
    for (; count < batch; count++) {
      ssize_t length = getline(&line, &capacity, file);
      if (length <= 0) break;
      if (line[length - 1] == '\n') line[--length] = 0;
      struct event event = read_event(line);
      add_row(events[topic_of(event.type)], "tt", event.id, (struct text){line, (int)length});
    }
    at_end = count < batch;
    execute("begin", 0, NULL);
    for (int i = 0; i < kPublished; i++) execute_rows(topics[i], events[i], 2);
    execute("commit", 0, NULL);
    settle();
  }
  fclose(file);
}

/* --- Services */

/* Where a service is in the log. */
static char xid[32], seq[32];

static void prepare_reading(const struct service *service) {
  if (has_queues) {
    prepare("read",
            "delete from queue_%s where id = any(array(select id from queue_%s order by id limit $1::int for update skip locked)) "
            "returning body",
            service->name, service->name);
    return;
  }
  prepare("lock", "select from cursors where service = $1 and xid = $2::xid8 and seq = $3::bigint for update");
  prepare("read",
          "select body, xid::text, seq from events where topic in (%s) and (xid, seq) > ($2::xid8, $3::bigint) "
          "and xid < pg_snapshot_xmin(pg_current_snapshot()) order by events.xid, seq limit $1::int",
          service->topics);
  prepare("move", "update cursors set xid = $2::xid8, seq = $3::bigint where service = $1");
  prepare("position", "select xid::text, seq from cursors where service = $1");
  PGresult *position = PQexecPrepared(server, "position", 1, (const char *[]){service->name}, NULL, NULL, 0);
  if (PQntuples(position) != 1) die("there is no cursor of %s", service->name);
  snprintf(xid, sizeof xid, "%s", PQgetvalue(position, 0, 0));
  snprintf(seq, sizeof seq, "%s", PQgetvalue(position, 0, 1));
  PQclear(position);
}

/* Begins a transaction and takes a batch; returns the rows, with the event in the first column. */
static const PGresult *read_batch(const struct service *service, const char *batch) {
  execute("begin", 0, NULL);
  if (!has_queues) execute("lock", 3, (const char *[]){service->name, xid, seq});
  execute("read", has_queues ? 1 : 3, (const char *[]){batch, xid, seq});
  settle();
  if (!has_queues && PQntuples(answers[1]) != 1) die("somebody else is the service %s", service->name);
  return answers[answer_count - 1];
}

static void work(const struct service *service, long long events, const char *batch) {
  service->prepare();
  prepare_reading(service);
  enter_pipeline();
  for (long long done = 0; done < events;) {
    const PGresult *rows = read_batch(service, batch);
    int count = PQntuples(rows);
    if (count > 0) {
      service->clear();
      for (int i = 0; i < count; i++) {
        struct event event = read_event(PQgetvalue(rows, i, 0));
        service->handle(&event);
      }
      if (!has_queues) {
        snprintf(xid, sizeof xid, "%s", PQgetvalue(rows, count - 1, 1));
        snprintf(seq, sizeof seq, "%s", PQgetvalue(rows, count - 1, 2));
      }
      service->write(); /* the rows may be gone from here on */
      if (!has_queues) execute("move", 3, (const char *[]){service->name, xid, seq});
    }
    execute("commit", 0, NULL);
    settle();
    done += count;
    if (count < atoi(batch) / 2 && done < events) usleep(kPause);
  }
}

int main(int count, char **arguments) {
  static const char usage[] =
    "usage: postgres SERVER publish DESIGN FILE EVENTS\n       postgres SERVER work DESIGN SERVICE EVENTS BATCH OUTBOX";
  if (count < 6) die("%s", usage);
  connect_to(arguments[1]);
  has_queues = strcmp(arguments[3], "queue") == 0;
  if (strcmp(arguments[2], "publish") == 0 && count == 6) {
    publish_file(arguments[4], atoi(arguments[5]));
  } else if (strcmp(arguments[2], "work") == 0 && count == 8) {
    outbox = arguments[7];
    int at = 0;
    while (at < kServices && strcmp(services[at].name, arguments[4]) != 0) at++;
    if (at == kServices) die("there is no service %s", arguments[4]);
    work(&services[at], atoll(arguments[5]), arguments[6]);
  } else {
    die("%s", usage);
  }
  PQfinish(server);
  return 0;
}
