#pragma once

// pkg-config names the folder that holds libpq-fe.h; without pkg-config it is found where Debian has it.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

/// The parts of an error of the server, which libpq names by characters.
static const int rides_pg_sqlstate = PG_DIAG_SQLSTATE;
static const int rides_pg_message = PG_DIAG_MESSAGE_PRIMARY;
static const int rides_pg_position = PG_DIAG_STATEMENT_POSITION;

/// Libpq prints notices unless somebody takes them.
static void rides_pg_ignore(void *context, const PGresult *notice) {
  (void)context;
  (void)notice;
}

static inline void rides_pg_ignore_notices(PGconn *connection) {
  PQsetNoticeReceiver(connection, rides_pg_ignore, NULL);
}
