/*
 * Many MQTT 3.1.1 clients in one process, for measuring a broker of this machine: they subscribe
 * to one topic, count what arrives, and take the time of every message that carries when it was
 * sent (`~<16 hex digits, ns of CLOCK_MONOTONIC>~`). One more client can publish.
 *
 * mqtt-clients PORT CLIENTS TOPIC QOS AT_ONCE
 *   TOPIC    `-` subscribes to nothing
 *   AT_ONCE  how many connect at the same time
 * A refused TCP connection is tried again until it succeeds. Prints
 * {"clients":…,"seconds":…} when all are ready, and then obeys lines on its standard input:
 *   reset                           forgets what was counted        -> {}
 *   count                           what was counted since          -> {"least":…,"total":…,…}
 *   report                          the same, and how late it was   -> {…,"p50Us":…,…}
 *   publish QOS SECONDS WINDOW BYTES  publishes to TOPIC as fast as the subscribers take it, at
 *                                   most WINDOW messages ahead -> {"published":…,"deliveries":…,…}
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { input_limit = 1 << 19, output_limit = 1 << 16, latency_limit = 1 << 22, unacked_limit = 100 };
enum state { absent, connecting, awaiting_connack, awaiting_suback, ready, closed };

struct client {
  int fd;
  enum state state;
  uint64_t received;
  uint64_t retry_at;
  uint8_t *rest; /* the beginning of a packet of which more must come */
  size_t rest_length;
  uint8_t *output;
  size_t output_length;
};

static int poller, port, client_count, qos, at_once, closed_count;
static const char *topic;
static struct client *clients; /* the last one is the publisher */
static int started, ready_count;
static uint64_t total, first_ns, last_ns;
static uint32_t *latencies; /* in units of 100 ns */
static size_t latency_count;
static uint8_t input[input_limit];

static struct {
  int active, qos;
  uint64_t published, acknowledged, window, until, begun, total_before, progress_at;
  size_t payload_bytes;
} job;

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "mqtt-clients: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(struct client *c, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(poller, operation, c->fd, &event) < 0) fail("epoll_ctl");
}

static void lose(struct client *c) {
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
  c->output_length = c->rest_length = 0;
  if (c->state == ready) {
    c->state = closed;
    closed_count++;
  } else {
    c->state = absent;
    c->retry_at = now_ns() + 1000000;
  }
}

static void flush(struct client *c) {
  size_t done = 0;
  while (done < c->output_length) {
    ssize_t n = write(c->fd, c->output + done, c->output_length - done);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) {
      lose(c);
      return;
    }
    done += (size_t)n;
  }
  if (done == 0 && c->output_length == 0) return;
  memmove(c->output, c->output + done, c->output_length - done);
  c->output_length -= done;
  watch(c, EPOLL_CTL_MOD, EPOLLIN | (c->output_length ? EPOLLOUT : 0));
}

static void put(struct client *c, const void *bytes, size_t length) {
  if (!c->output && !(c->output = malloc(2 * output_limit))) fail("malloc");
  if (c->output_length + length > 2 * output_limit) return;
  memcpy(c->output + c->output_length, bytes, length);
  c->output_length += length;
}

static size_t put_text(uint8_t *at, const char *text) {
  size_t length = strlen(text);
  at[0] = (uint8_t)(length >> 8);
  at[1] = (uint8_t)length;
  memcpy(at + 2, text, length);
  return length + 2;
}

static void begin(struct client *c) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) fail("socket");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c->state = connecting;
  int result = connect(c->fd, (struct sockaddr *)&to, sizeof to);
  if (result < 0 && errno != EINPROGRESS) {
    lose(c);
    return;
  }
  watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

/** CONNECT, clean session, no keep alive (MQTT 3.1.1, section 3.1). */
static void send_connect(struct client *c) {
  uint8_t packet[128] = {0x10, 0, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0};
  char id[32];
  snprintf(id, sizeof id, "bench%d-%d", (int)getpid(), (int)(c - clients));
  size_t length = 12 + put_text(packet + 12, id);
  packet[1] = (uint8_t)(length - 2);
  put(c, packet, length);
  c->state = awaiting_connack;
  flush(c);
}

static void is_ready(struct client *c) {
  c->state = ready;
  ready_count++;
}

static void connected(struct client *c, const uint8_t *body) {
  if (body[1] != 0) {
    fprintf(stderr, "mqtt-clients: CONNACK says %d\n", body[1]);
    exit(1);
  }
  if (c == &clients[client_count] || strcmp(topic, "-") == 0) {
    is_ready(c);
    return;
  }
  uint8_t packet[256] = {0x82, 0, 0, 1};
  size_t length = 4 + put_text(packet + 4, topic);
  packet[length++] = (uint8_t)qos;
  packet[1] = (uint8_t)(length - 2);
  put(c, packet, length);
  c->state = awaiting_suback;
}

static void take_publish(struct client *c, uint8_t header, const uint8_t *body, size_t length) {
  uint64_t now = now_ns();
  size_t topic_length = (size_t)body[0] << 8 | body[1];
  size_t at = 2 + topic_length;
  if (header >> 1 & 3) {
    uint8_t ack[] = {0x40, 2, body[at], body[at + 1]};
    put(c, ack, sizeof ack);
    at += 2;
  }
  if (header & 1) return; /* retained: not of this run */
  c->received++;
  total++;
  if (!first_ns) first_ns = now;
  last_ns = now;
  const uint8_t *mark = memchr(body + at, '~', length - at);
  if (!mark || mark + 17 >= body + length || latency_count == latency_limit) return;
  char digits[17] = {0};
  memcpy(digits, mark + 1, 16);
  uint64_t units = (now - strtoull(digits, NULL, 16)) / 100;
  latencies[latency_count++] = units > UINT32_MAX ? UINT32_MAX : (uint32_t)units;
}

static void take_packet(struct client *c, uint8_t header, const uint8_t *body, size_t length) {
  switch (header >> 4) {
    case 2: connected(c, body); break;
    case 3: take_publish(c, header, body, length); break;
    case 4: job.acknowledged++; break;
    case 9:
      if (body[2] > 2) {
        fprintf(stderr, "mqtt-clients: the broker refused the subscription\n");
        exit(1);
      }
      is_ready(c);
      break;
    default: break;
  }
}

static void receive(struct client *c) {
  if (c->rest_length) memcpy(input, c->rest, c->rest_length);
  ssize_t n = read(c->fd, input + c->rest_length, input_limit - c->rest_length);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    lose(c);
    return;
  }
  size_t available = c->rest_length + (size_t)n, at = 0;
  for (;;) {
    size_t length = 0, digit = 1;
    int whole = 0;
    for (int shift = 0; at + digit < available && shift < 28; shift += 7, digit++) {
      length |= (size_t)(input[at + digit] & 127) << shift;
      if (!(input[at + digit] & 128)) {
        whole = 1;
        digit++;
        break;
      }
    }
    if (!whole || at + digit + length > available) break;
    take_packet(c, input[at], input + at + digit, length);
    at += digit + length;
  }
  c->rest_length = available - at;
  if (c->rest_length) {
    if (!(c->rest = realloc(c->rest, c->rest_length))) fail("realloc");
    memcpy(c->rest, input + at, c->rest_length);
  }
  if (c->output_length) flush(c);
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static double percentile_us(double share) {
  return latency_count ? latencies[(size_t)((double)(latency_count - 1) * share)] / 10.0 : 0;
}

static void count(const char *end) {
  uint64_t least = client_count ? UINT64_MAX : 0;
  for (int i = 0; i < client_count; i++)
    if (clients[i].received < least) least = clients[i].received;
  printf("{\"least\":%llu,\"total\":%llu,\"firstNs\":%llu,\"lastNs\":%llu,\"closed\":%d%s",
         (unsigned long long)least, (unsigned long long)total, (unsigned long long)first_ns,
         (unsigned long long)last_ns, closed_count, end);
}

static void report(void) {
  qsort(latencies, latency_count, sizeof *latencies, ascending);
  count("");
  printf(",\"p50Us\":%.1f,\"p95Us\":%.1f,\"p99Us\":%.1f,\"maxUs\":%.1f}\n", percentile_us(0.5),
         percentile_us(0.95), percentile_us(0.99), percentile_us(1));
}

static void reset(void) {
  total = first_ns = last_ns = 0;
  latency_count = 0;
  for (int i = 0; i < client_count; i++) clients[i].received = 0;
}

static void publish_more(void) {
  struct client *publisher = &clients[client_count];
  uint64_t now = now_ns();
  uint64_t delivered = total - job.total_before;
  uint64_t expected = job.published * (uint64_t)client_count;
  while (now < job.until && publisher->output_length < output_limit &&
         job.published * (uint64_t)client_count < delivered + job.window * (uint64_t)client_count &&
         (job.qos == 0 || job.published < job.acknowledged + unacked_limit)) {
    uint8_t packet[2048];
    size_t head = 3;
    head += put_text(packet + head, topic);
    uint64_t id = job.published % 65535 + 1;
    if (job.qos) {
      packet[head++] = (uint8_t)(id >> 8);
      packet[head++] = (uint8_t)id;
    }
    head += (size_t)sprintf((char *)packet + head, "~%016llx~", (unsigned long long)now_ns());
    while (head < job.payload_bytes + 3) packet[head++] = '.';
    packet[0] = (uint8_t)(0x30 | job.qos << 1);
    packet[1] = (uint8_t)((head - 3) & 127) | 128;
    packet[2] = (uint8_t)((head - 3) >> 7);
    put(publisher, packet, head);
    job.published++;
  }
  if (publisher->output_length) flush(publisher);
  if (last_ns > job.progress_at) job.progress_at = last_ns;
  int complete = delivered >= expected;
  if (now < job.until || (!complete && now < job.progress_at + 2000000000u)) return;
  job.active = 0;
  printf("{\"published\":%llu,\"deliveries\":%llu,\"lost\":%llu,\"seconds\":%.6f}\n",
         (unsigned long long)job.published, (unsigned long long)delivered,
         (unsigned long long)(complete ? 0 : expected - delivered),
         (double)(last_ns - job.begun) / 1e9);
}

static void obey(void) {
  char line[256];
  ssize_t n = read(0, line, sizeof line - 1);
  if (n <= 0) exit(0);
  line[n] = 0;
  unsigned long long window, bytes;
  double seconds;
  int level;
  if (strncmp(line, "reset", 5) == 0) {
    reset();
    printf("{}\n");
  } else if (strncmp(line, "count", 5) == 0) {
    count("}\n");
  } else if (strncmp(line, "report", 6) == 0) {
    report();
  } else if (sscanf(line, "publish %d %lf %llu %llu", &level, &seconds, &window, &bytes) == 4) {
    reset();
    uint64_t now = now_ns();
    memset(&job, 0, sizeof job);
    job.active = 1;
    job.qos = level;
    job.window = window;
    job.payload_bytes = bytes < 150 ? 150 : bytes < 1500 ? bytes : 1500;
    job.begun = job.progress_at = now;
    job.until = now + (uint64_t)(seconds * 1e9);
  }
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "mqtt-clients PORT CLIENTS TOPIC QOS AT_ONCE\n");
    return 2;
  }
  port = atoi(argv[1]);
  client_count = atoi(argv[2]);
  topic = argv[3];
  qos = atoi(argv[4]);
  at_once = atoi(argv[5]);
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  int all = client_count + 1, announced = 0;
  clients = calloc((size_t)all, sizeof *clients);
  latencies = malloc(latency_limit * sizeof *latencies);
  poller = epoll_create1(0);
  if (!clients || !latencies || poller < 0) fail("start");
  for (int i = 0; i < all; i++) clients[i].fd = -1;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
  if (epoll_ctl(poller, EPOLL_CTL_ADD, 0, &event) < 0) fail("epoll_ctl");

  uint64_t begun = now_ns();
  for (;;) {
    while (started < all && started - ready_count < at_once) begin(&clients[started++]);
    int waits = 0;
    for (int i = 0; !announced && i < started; i++) {
      if (clients[i].state != absent) continue;
      waits = 1;
      if (now_ns() >= clients[i].retry_at) begin(&clients[i]);
    }
    int n = epoll_wait(poller, events, 256, job.active || waits ? 1 : -1);
    for (int i = 0; i < n; i++) {
      struct client *c = events[i].data.ptr;
      if (!c) {
        obey();
        continue;
      }
      if (c->fd < 0) continue;
      if (events[i].events & (EPOLLERR | EPOLLHUP)) {
        lose(c);
        continue;
      }
      if (c->state == connecting) send_connect(c);
      else if (events[i].events & EPOLLOUT) flush(c);
      if (c->fd >= 0 && events[i].events & EPOLLIN) receive(c);
    }
    if (!announced && ready_count == all) {
      announced = 1;
      printf("{\"clients\":%d,\"seconds\":%.6f}\n", all, (double)(now_ns() - begun) / 1e9);
    }
    if (job.active) publish_more();
  }
}
