/* Sums by key over a batch, so that a row is changed once; and double-entry books on them. */
#ifndef RIDES_BENCHMARK_POSTGRES_BOOKS_H
#define RIDES_BENCHMARK_POSTGRES_BOOKS_H

#include "postgres_client.h"
#include "ride_event.h"

enum { kSumSlots = 1 << 15, kMostKeyParts = 3 };

struct sum {
  char key[256]; /* its parts, with a line feed in between; empty if the slot is free */
  long long first, second;
};

static struct sum sums[kSumSlots];
static int used_sums[kSumSlots / 2], used_sum_count;

/* The sums of a key. */
static struct sum *sum_of(const char *format, ...) {
  char key[sizeof sums->key];
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(key, sizeof key, format, arguments) >= (int)sizeof key) die("a key is too long: %s", key);
  va_end(arguments);
  uint32_t hash = 2166136261u;
  for (const char *byte = key; *byte; byte++) hash = (hash ^ (unsigned char)*byte) * 16777619u;
  for (uint32_t slot = hash % kSumSlots;; slot = (slot + 1) % kSumSlots) {
    struct sum *sum = &sums[slot];
    if (strcmp(sum->key, key) == 0) return sum;
    if (*sum->key) continue;
    if (used_sum_count == kSumSlots / 2) die("too many sums in a batch");
    used_sums[used_sum_count++] = (int)slot;
    memcpy(sum->key, key, sizeof key);
    return sum;
  }
}

/* Sends a statement with all sums, and begins anew: a column for each part of the keys, and one or two of sums. */
static void execute_sums(const char *name, int parts, int numbers) {
  static struct array columns[kMostKeyParts + 2];
  for (int i = 0; i < parts + numbers; i++) {
    columns[i].type = i < parts ? kText : kNumber;
    clear_array(&columns[i]);
  }
  for (int i = 0; i < used_sum_count; i++) {
    struct sum *sum = &sums[used_sums[i]];
    const char *part = sum->key;
    for (int j = 0; j < parts; j++) {
      size_t length = strcspn(part, "\n");
      add_bytes(&columns[j], part, length);
      part += length + 1;
    }
    add_number(&columns[parts], sum->first);
    if (numbers > 1) add_number(&columns[parts + 1], sum->second);
    *sum = (struct sum){.first = 0};
  }
  used_sum_count = 0;
  execute_rows(name, columns, parts + numbers);
}

/* --- A service's books: postings of each journal, and each account's balance. Debits are negative. */

struct journal {
  char id[256];
  const char *kind;
  struct text currency;
  long long at;
};

static struct array postings[] = {{.type = kText}, {.type = kText}, {.type = kText}, {.type = kNumber}, {.type = kText}, {.type = kTime}};
enum { kPostingColumns = sizeof postings / sizeof *postings };

static void prepare_books(const char *service) {
  prepare("postings",
          "insert into %s_postings (account, journal, kind, amount, currency, effective_at) "
          "select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[])",
          service);
  prepare("balances",
          "insert into %s_balances as b (account, currency, amount) select * from unnest($1::text[], $2::text[], $3::bigint[]) "
          "on conflict (account, currency) do update set amount = b.amount + excluded.amount",
          service);
}

static void clear_books(void) { clear_arrays(postings, kPostingColumns); }

/* Posts an amount to an account: its kind, and whose it is if there are many of the kind. */
static void post(const struct journal *journal, const char *kind, const struct text *holder, long long amount) {
  char account[256];
  if (amount == 0) return;
  int length = snprintf(account, sizeof account, holder ? "%s:%.*s" : "%s", kind, holder ? holder->length : 0, holder ? holder->start : "");
  add_bytes(&postings[0], account, length);
  add_text(&postings[1], journal->id);
  add_text(&postings[2], journal->kind);
  add_number(&postings[3], amount);
  add_bytes(&postings[4], journal->currency.start, journal->currency.length);
  add_number(&postings[5], journal->at);
  sum_of("%s\n%.*s", account, SHOWN(journal->currency))->first += amount;
}

static void write_books(void) {
  execute_rows("postings", postings, kPostingColumns);
  execute_sums("balances", 2, 1);
}

#endif
