#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What Swift doesn't import: options that are expressions, and what differs between 1.1.1 and 3.

/// Has a connection that ends without a farewell end like any other: each reply says how long it is.
static inline void rides_tls_accept_plain_end(SSL_CTX *context) {
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#else
  (void)context;
#endif
}

/// Why the last call failed, as a number; 0 for nothing.
static inline int rides_tls_reason(unsigned long error) { return ERR_GET_REASON(error); }

/// Refuses what isn't needed: names in the subject, and wildcards for a part of a label.
static inline void rides_tls_check_strictly(SSL *session) {
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
}
