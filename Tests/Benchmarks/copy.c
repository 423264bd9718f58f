/* Copies the events of one type from one namespace's logs to another's.
 *
 *   copy SOCKET FROM TO SHARDS TYPE
 */
#include "client.h"

int main(int count, char **arguments) {
  if (count != 6) die("usage: copy SOCKET FROM TO SHARDS TYPE");
  redisContext *redis = connect_to(arguments[1]);
  const char *from = arguments[2], *to = arguments[3];
  int shards = atoi(arguments[4]);
  char wanted[128];
  snprintf(wanted, sizeof wanted, "\"type\":\"%s\"", arguments[5]);
  long long copied = 0;
  for (int shard = 0; shard < shards; shard++) {
    char last[64] = "0";
    for (;;) {
      redisReply *page = call(redis, "XRANGE %s:{%d} (%s + COUNT 1000", from, shard, last);
      int sent = 0;
      for (size_t i = 0; i < page->elements; i++) {
        const redisReply *event = page->element[i]->element[1]->element[1];
        if (!strstr(event->str, wanted)) continue;
        redisAppendCommand(redis, "XADD %s:{%d} * event %b", to, shard, event->str, event->len);
        sent++;
      }
      copied += sent;
      for (; sent > 0; sent--) freeReplyObject(next_reply(redis, 0));
      size_t read = page->elements;
      if (read > 0) snprintf(last, sizeof last, "%s", page->element[read - 1]->element[0]->str);
      freeReplyObject(page);
      if (read == 0) break;
    }
  }
  if (copied == 0) die("there are no events of type %s", arguments[5]);
  redisFree(redis);
  return 0;
}
