/*
 * The least any program can do between Qlik Sense and a subscriber: read a datagram, and publish
 * its bytes as they are. It is no broker: it says yes to a few clients, and sends every datagram
 * to the one that subscribed last, at QoS 0. What it takes is what the machine takes.
 *
 * bare-relay UDP_PORT MQTT_PORT TOPIC
 *
 * Prints `ready` when it listens.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { longest_datagram = 65535, header_room = 260, socket_limit = 8 };

static int listen_at(int type, const char *port) {
  int on = 1;
  int fd = socket(AF_INET, type, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
      (type == SOCK_STREAM && listen(fd, 1) < 0)) {
    perror("bare-relay");
    exit(1);
  }
  return fd;
}

static void send_all(int client, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = write(client, bytes, length);
    if (sent <= 0) return;
    bytes += sent;
    length -= (size_t)sent;
  }
}

/**
 * Says yes to CONNECT and SUBSCRIBE, each of which comes in one piece (MQTT 3.1.1, section 3).
 * Returns whether it was a SUBSCRIBE.
 */
static int answer(int client, const uint8_t *packet) {
  const uint8_t connack[] = {0x20, 2, 0, 0};
  const uint8_t suback[] = {0x90, 3, packet[2], packet[3], 0};
  if (packet[0] == 0x10) send_all(client, connack, sizeof connack);
  if (packet[0] == 0x82) send_all(client, suback, sizeof suback);
  return packet[0] == 0x82;
}

/** Writes what precedes the payload of a PUBLISH at QoS 0 (section 3.3), and returns its length. */
static size_t write_header(uint8_t *at, const char *topic, size_t payload) {
  size_t topic_length = strlen(topic);
  size_t left = 2 + topic_length + payload;
  size_t length = 0;
  at[length++] = 0x30;
  for (; left >= 128; left /= 128) at[length++] = (uint8_t)(left % 128 | 128);
  at[length++] = (uint8_t)left;
  at[length++] = (uint8_t)(topic_length >> 8);
  at[length++] = (uint8_t)topic_length;
  memcpy(at + length, topic, topic_length);
  return length + topic_length;
}

int main(int argc, char **argv) {
  if (argc != 4 || strlen(argv[3]) > header_room - 8) {
    fprintf(stderr, "bare-relay UDP_PORT MQTT_PORT TOPIC\n");
    return 2;
  }
  static uint8_t datagram[longest_datagram], packet[header_room + longest_datagram];
  int on = 1;
  struct pollfd sockets[socket_limit] = {
      {.fd = listen_at(SOCK_DGRAM, argv[1]), .events = POLLIN},
      {.fd = listen_at(SOCK_STREAM, argv[2]), .events = POLLIN},
  };
  nfds_t count = 2;
  int subscriber = -1;
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    poll(sockets, count, -1);
    if (sockets[0].revents) {
      ssize_t length = recv(sockets[0].fd, datagram, sizeof datagram, 0);
      if (length > 0 && subscriber >= 0) {
        size_t header = write_header(packet, argv[3], (size_t)length);
        memcpy(packet + header, datagram, (size_t)length);
        send_all(subscriber, packet, header + (size_t)length);
      }
    }
    for (nfds_t i = 2; i < count; i++) {
      if (!sockets[i].revents) continue;
      if (read(sockets[i].fd, packet, sizeof packet) <= 0) return 0;
      if (answer(sockets[i].fd, packet)) subscriber = sockets[i].fd;
    }
    if (sockets[1].revents && count < socket_limit) {
      int client = accept(sockets[1].fd, NULL, NULL);
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      sockets[count++] = (struct pollfd){.fd = client, .events = POLLIN};
    }
  }
}
