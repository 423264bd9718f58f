/* Sends requests at a fixed rate, whatever the answers take, and measures how long each takes from the moment when it was due.
 *
 *   requests PORT RATE COUNT CONNECTIONS METHOD PATH [BODY]
 *
 * In the path and in the body every %d stands for the request's number, so that no two are the same. Prints the
 * p50, p99 and the longest, in microseconds. Ends with status 1 if an answer is neither 200 nor 201. A server that needs three times as long as
 * there is time is not waited for: what was not answered then has taken that long at least.
 */
#define _GNU_SOURCE
#include "http_client.h"

#include <stdint.h>
#include <time.h>

enum { kMaxConnections = 512, kMaxText = 65536 };

struct connection {
  int descriptor;
  int request; /* -1 if it waits for none */
  size_t length;
  char answer[kMaxText];
};

static struct connection connections[kMaxConnections];
static int64_t *taken, begin;
static int rate;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Puts a number into a template. */
static size_t fill(char *text, size_t room, const char *template, int number) {
  size_t length = 0;
  for (; *template; template++) {
    if (length + 32 > room) die("a request is too long");
    if (template[0] == '%' && template[1] == 'd') {
      length += (size_t)snprintf(text + length, room - length, "%d", number);
      template++;
    } else {
      text[length++] = *template;
    }
  }
  text[length] = 0;
  return length;
}

static void ask(struct connection *connection, int number, char **arguments, int count) {
  static char path[4096], body[kMaxText], text[kMaxText + 8192];
  fill(path, sizeof path, arguments[6], number);
  size_t length = count > 7 ? fill(body, sizeof body, arguments[7], number) : 0;
  int head = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: localhost\r\n", arguments[5], path);
  if (count > 7)
    head += snprintf(text + head, sizeof text - (size_t)head, "Content-Type: application/json\r\nContent-Length: %zu\r\n", length);
  head += snprintf(text + head, sizeof text - (size_t)head, "\r\n");
  memcpy(text + head, body, length);
  connection->request = number;
  connection->length = 0;
  send_all(connection->descriptor, text, (size_t)head + length);
}

/* Reads of an answer what is there. Returns 1 when it is whole. */
static int take(struct connection *connection) {
  ssize_t got = recv(connection->descriptor, connection->answer + connection->length, kMaxText - 1 - connection->length, 0);
  if (got <= 0) die("the server closed a connection");
  connection->length += (size_t)got;
  connection->answer[connection->length] = 0;
  char *end = strstr(connection->answer, "\r\n\r\n");
  if (!end) return 0;
  char *field = strcasestr(connection->answer, "\r\ncontent-length:");
  if (!field || field > end) die("an answer has no length: %.200s", connection->answer);
  size_t whole = (size_t)(end - connection->answer) + 4 + strtoul(field + 17, NULL, 10);
  if (whole >= kMaxText) die("an answer is too long");
  if (connection->length < whole) return 0;
  if (strncmp(connection->answer, "HTTP/1.1 200", 12) != 0 && strncmp(connection->answer, "HTTP/1.1 201", 12) != 0)
    die("%.300s", connection->answer);
  return 1;
}

static int compare(const void *a, const void *b) {
  int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
  return (first > second) - (first < second);
}

int main(int count, char **arguments) {
  if (count < 7 || count > 8) die("usage: requests PORT RATE COUNT CONNECTIONS METHOD PATH [BODY]");
  int port = atoi(arguments[1]), total = atoi(arguments[3]), width = atoi(arguments[4]);
  rate = atoi(arguments[2]);
  if (rate < 1 || total < 1 || width < 1 || width > kMaxConnections) die("rate, count or connections out of range");
  taken = calloc((size_t)total, sizeof *taken);
  if (!taken) die("out of memory");
  struct pollfd polled[kMaxConnections];
  for (int i = 0; i < width; i++) {
    connections[i].descriptor = connect_to_port(port, 0);
    connections[i].request = -1;
    polled[i] = (struct pollfd){.fd = connections[i].descriptor, .events = POLLIN};
  }
  begin = now();
  int64_t end = begin + 3 * (int64_t)total * 1000000000 / rate;
  for (int sent = 0, done = 0; done < total;) {
    int64_t wait = sent < total ? begin + (int64_t)sent * 1000000000 / rate - now() : 1000000000;
    if (sent < total && wait <= 0) {
      int i = 0;
      while (i < width && connections[i].request >= 0) i++;
      if (i < width) {
        ask(&connections[i], sent++, arguments, count);
        continue;
      }
      wait = 1000000000;
    }
    if (ppoll(polled, (nfds_t)width, &(struct timespec){wait / 1000000000, wait % 1000000000}, NULL) < 0) die("cannot wait");
    for (int i = 0; i < width; i++) {
      if (!(polled[i].revents & (POLLIN | POLLHUP | POLLERR)) || !take(&connections[i])) continue;
      int request = connections[i].request;
      taken[request] = now() - (begin + (int64_t)request * 1000000000 / rate);
      connections[i].request = -1;
      done++;
    }
    if (now() > end) {
      for (int i = 0; i < total; i++)
        if (taken[i] == 0) taken[i] = end - (begin + (int64_t)i * 1000000000 / rate);
      break;
    }
  }
  qsort(taken, (size_t)total, sizeof *taken, compare);
  printf("%lld %lld %lld\n", (long long)taken[total / 2] / 1000, (long long)taken[(int64_t)total * 99 / 100] / 1000,
         (long long)taken[total - 1] / 1000);
  return 0;
}
