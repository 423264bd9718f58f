/* What the benchmark programs need of HTTP. */
#ifndef RIDES_BENCHMARK_HTTP_CLIENT_H
#define RIDES_BENCHMARK_HTTP_CLIENT_H

#include "die.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection to a port of this machine; with little room for what isn't read, if `narrow`. */
static int connect_to_port(int port, int narrow) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0), one = 1, room = 4096;
  if (descriptor < 0) die("no socket: %s", strerror(errno));
  if (narrow) setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
    die("cannot connect to port %d: %s", port, strerror(errno));
  return descriptor;
}

static void send_all(int descriptor, const char *text, size_t length) {
  while (length > 0) {
    ssize_t sent = send(descriptor, text, length, MSG_NOSIGNAL);
    if (sent <= 0) die("lost the connection: %s", strerror(errno));
    text += sent;
    length -= (size_t)sent;
  }
}

#endif
