/* Receipts as mails, like the product's: plain text, delivered durably into a Maildir. */
#ifndef RIDES_BENCHMARK_POSTGRES_MAIL_H
#define RIDES_BENCHMARK_POSTGRES_MAIL_H

#include "die.h"
#include "ride_event.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct receipt {
  struct text ride, driver, city, email, failure, method, sent_at;
  const char *message; /* the mail's own name */
  struct fare fare;
  long long owed, meters, seconds;
};

struct mail {
  char text[4096];
  size_t length;
};

static void write_line(struct mail *mail, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t room = sizeof mail->text - mail->length;
  int length = vsnprintf(mail->text + mail->length, room, format, arguments);
  va_end(arguments);
  if ((size_t)length + 2 >= room) die("a mail is too long");
  mail->length += length;
  memcpy(mail->text + mail->length, "\r\n", 2);
  mail->length += 2;
}

/* An amount with the places that its currency has after the point. */
static const char *decimal(long long amount, struct text currency) {
  static char text[48];
  int places = is(currency, "JPY") ? 0 : is(currency, "KWD") ? 3 : 2;
  long long unit = places == 0 ? 1 : places == 2 ? 100 : 1000;
  if (places == 0) {
    snprintf(text, sizeof text, "%lld", amount);
  } else {
    snprintf(text, sizeof text, "%lld.%0*lld", amount / unit, places, amount % unit);
  }
  return text;
}

static void write_row(struct mail *mail, const char *name, long long amount, struct text currency) {
  if (amount != 0) write_line(mail, "%s%*s", name, (int)(32 - strlen(name)), decimal(amount, currency));
}

/* A time as mails have it: Fri, 27 Nov 2026 01:51:14 +0000 */
static void write_date(struct mail *mail, struct text time) {
  static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static const char days[][4] = {"Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"}; /* 2000 began on a Saturday */
  long long day = microseconds(time) / 86400000000;
  write_line(mail, "Date: %s, %.2s %s %.4s %.8s +0000", days[day % 7], time.start + 8, months[(atoi(time.start + 5) + 11) % 12], time.start,
             time.start + 11);
}

static void write_mail(struct mail *mail, const struct receipt *receipt) {
  const struct fare *fare = &receipt->fare;
  struct text currency = fare->currency;
  char total[32];
  mail->length = 0;
  write_line(mail, "From: Rides <receipts@rides.example>");
  write_line(mail, "To: <%.*s>", SHOWN(receipt->email));
  write_line(mail, "Subject: Your receipt: %.*s %s", SHOWN(currency), decimal(fare->total, currency));
  write_date(mail, receipt->sent_at);
  write_line(mail, "Message-ID: <%s>", receipt->message);
  write_line(mail, "MIME-Version: 1.0");
  write_line(mail, "Content-Type: text/plain; charset=utf-8");
  write_line(mail, "Content-Transfer-Encoding: 8bit");
  write_line(mail, "");
  write_line(mail, "Thank you for riding with us in %.*s.", SHOWN(receipt->city));
  write_line(mail, "");
  write_row(mail, "Base fare", fare->base, currency);
  write_row(mail, "Distance", fare->distance, currency);
  write_row(mail, "Time", fare->time, currency);
  write_row(mail, "High demand", fare->surge, currency);
  write_row(mail, "Tolls", fare->tolls, currency);
  write_row(mail, "Taxes and fees", fare->taxes, currency);
  write_row(mail, "Tip", fare->tip, currency);
  snprintf(total, sizeof total, "Total %.*s", SHOWN(currency));
  write_row(mail, total, fare->total, currency);
  write_line(mail, "");
  if (receipt->owed == 0) {
    char paid[32];
    snprintf(paid, sizeof paid, "Paid by %.*s", SHOWN(receipt->method));
    write_row(mail, paid, fare->total, currency);
    write_line(mail, "Nothing is owed.");
  } else {
    write_row(mail, "Still owed", receipt->owed, currency);
    write_line(mail, "The payment failed: %.*s.", SHOWN(receipt->failure));
  }
  write_line(mail, "");
  write_line(mail, "Ride %.*s, driver %.*s.", SHOWN(receipt->ride), SHOWN(receipt->driver));
  write_line(mail, "%lld.%lld km in %lld minutes.", receipt->meters / 1000, receipt->meters % 1000 / 100, (receipt->seconds + 59) / 60);
}

/* Written, flushed, and moved to its place, so that there is no half of a mail. */
static void deliver(const char *folder, const char *name, const struct mail *mail) {
  char temporary[512], final[512];
  snprintf(temporary, sizeof temporary, "%s/tmp/%s", folder, name);
  snprintf(final, sizeof final, "%s/new/%s", folder, name);
  int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || write(file, mail->text, mail->length) != (ssize_t)mail->length || fsync(file) != 0 || close(file) != 0 ||
      rename(temporary, final) != 0) {
    die("%s: %s", final, strerror(errno));
  }
}

#endif
