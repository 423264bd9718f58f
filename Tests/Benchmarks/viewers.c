/* Watches a server's stream as so many browsers do, until it is ended with SIGTERM or the server ends the streams.
 *
 *   viewers PORT COUNT QUERY read|stall
 *
 * Prints "watching" when all streams have begun; with "stall" nothing more is read then. At its end it prints how many updates came.
 */
#include "http_client.h"

#include <signal.h>

enum { kMaxViewers = 1000 };

static volatile sig_atomic_t ended;
static void end(int signal) { (void)signal, ended = 1; }

int main(int count, char **arguments) {
  if (count != 5) die("usage: viewers PORT COUNT QUERY read|stall");
  int port = atoi(arguments[1]), width = atoi(arguments[2]), stalls = strcmp(arguments[4], "stall") == 0;
  if (width < 1 || width > kMaxViewers) die("count out of range");
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
  struct pollfd polled[kMaxViewers];
  char text[65536];
  int head = snprintf(text, sizeof text, "GET /v1/stream?%s HTTP/1.1\r\nHost: localhost\r\n\r\n", arguments[3]);
  for (int i = 0; i < width; i++) {
    polled[i] = (struct pollfd){.fd = connect_to_port(port, stalls), .events = POLLIN};
    send_all(polled[i].fd, text, (size_t)head);
  }
  for (int i = 0; i < width; i++) {
    ssize_t got = recv(polled[i].fd, text, sizeof text - 1, 0);
    if (got < 12 || strncmp(text, "HTTP/1.1 200", 12) != 0) die("a stream does not begin: %.*s", (int)(got > 0 ? got : 0), text);
  }
  puts("watching");
  fflush(stdout);
  long updates = 0;
  int open = width;
  while (!ended && open > 0) {
    if (stalls) {
      pause();
      continue;
    }
    if (poll(polled, (nfds_t)width, 1000) <= 0) continue;
    for (int i = 0; i < width; i++) {
      if (!polled[i].revents) continue;
      ssize_t got = recv(polled[i].fd, text, sizeof text - 1, 0);
      if (got <= 0) {
        close(polled[i].fd);
        polled[i].fd = -1;
        open--;
        continue;
      }
      text[got] = 0;
      for (char *found = text; (found = strstr(found, "event: status")); found++) updates++;
    }
  }
  printf("%ld\n", updates);
  return 0;
}
