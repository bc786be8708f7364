/*
 * Sends user activity events, as Butler's log appender writes them, to a UDP port of this machine.
 * Each carries the time at which it was sent: `~<16 hex digits, ns of CLOCK_MONOTONIC>~`, which
 * the receivers on the same machine compare with their own.
 *
 * send-datagrams PORT COUNT RATE BYTES MARK_EVERY FIELD
 *   RATE        datagrams a second; 0 for as fast as the kernel takes them
 *   BYTES       length of a datagram
 *   MARK_EVERY  0: all four kinds of event in turn. N: session events, and every Nth opens or
 *               closes a connection, in turn; when those were sent is part of the report
 *   FIELD       which carries the time: `message` or `directory` (the user directory)
 *
 * Prints {"sent":…,"seconds":…,"marks":[ns,…]} at the end.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { batch_limit = 64, longest = 1400 };

static const char user_agent[] =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36";

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static const char *event_of(uint64_t number, uint64_t mark_every) {
  static const char *const events[] = {
      "/proxy-session/;sense1;Start session",
      "/proxy-connection/;sense1;Open connection",
      "/proxy-connection/;sense1;Close connection",
      "/proxy-session/;sense1;Stop session",
  };
  if (mark_every == 0) return events[number % 4];
  if (number % mark_every == 0) return events[1 + number / mark_every % 2];
  return events[number % 2 ? 0 : 3];
}

static size_t write_datagram(char *buffer, size_t bytes, uint64_t number, uint64_t mark_every,
                             int in_directory) {
  uint64_t user = mark_every ? number / 2 % 20 : number / 4 % 20;
  char time[24];
  snprintf(time, sizeof time, "~%016llx~", (unsigned long long)now_ns());
  int head = snprintf(buffer, longest, "%s;LAB%s;user%02u;AppAccess;/hub/;%s UserAgent: '",
                      event_of(number, mark_every), in_directory ? time : "", (unsigned)user,
                      in_directory ? "" : time);
  size_t length = (size_t)head;
  for (size_t i = 0; length + 1 < bytes && length + 2 < longest; i++)
    buffer[length++] = user_agent[i % (sizeof user_agent - 1)];
  buffer[length++] = '\'';
  return length;
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "send-datagrams PORT COUNT RATE BYTES MARK_EVERY FIELD\n");
    return 2;
  }
  uint64_t count = strtoull(argv[2], NULL, 10);
  double rate = atof(argv[3]);
  size_t bytes = strtoull(argv[4], NULL, 10);
  uint64_t mark_every = strtoull(argv[5], NULL, 10);
  int in_directory = strcmp(argv[6], "directory") == 0;

  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

  static char buffers[batch_limit][longest];
  struct iovec vectors[batch_limit];
  struct mmsghdr messages[batch_limit];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < batch_limit; i++) {
    vectors[i].iov_base = buffers[i];
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = &to;
    messages[i].msg_hdr.msg_namelen = sizeof to;
  }

  uint64_t *marks = mark_every ? calloc(count / mark_every + 1, sizeof *marks) : NULL;
  uint64_t mark_count = 0;
  uint64_t start = now_ns();
  for (uint64_t sent = 0; sent < count;) {
    uint64_t due = count;
    if (rate > 0) {
      due = (uint64_t)((double)(now_ns() - start) * rate / 1e9) + 1;
      if (due > count) due = count;
      if (due <= sent) {
        /* Sleep until the next one is due, but not so briefly that sleeping is all the work. */
        uint64_t next = start + (uint64_t)((double)sent * 1e9 / rate);
        uint64_t earliest = now_ns() + 100000;
        if (next < earliest) next = earliest;
        struct timespec at = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        continue;
      }
    }
    unsigned batch = 0;
    for (; batch < batch_limit && sent + batch < due; batch++) {
      uint64_t number = sent + batch;
      vectors[batch].iov_len =
          write_datagram(buffers[batch], bytes, number, mark_every, in_directory);
      if (mark_every && number % mark_every == 0) marks[mark_count++] = now_ns();
    }
    int done = sendmmsg(fd, messages, batch, 0);
    /* Nobody listens yet (ECONNREFUSED of an earlier datagram): it counts as sent. */
    sent += done > 0 ? (uint64_t)done : batch;
  }
  printf("{\"sent\":%llu,\"seconds\":%.6f,\"marks\":[", (unsigned long long)count,
         (double)(now_ns() - start) / 1e9);
  for (uint64_t i = 0; i < mark_count; i++)
    printf("%s%llu", i ? "," : "", (unsigned long long)marks[i]);
  printf("]}\n");
  return 0;
}
