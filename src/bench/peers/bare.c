/*
 * The yardstick: rooms with nothing but epoll and one send() for each delivery. One thread, no outbox; a member whose
 * socket takes no more is closed. It answers every WebSocket handshake as if it had the generator's fixed key.
 *   /rooms/<name>   a frame goes to every connection of the same path
 *   anything else   a frame comes back
 * Usage: bare <port>
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT (1 << 20)
#define EVENTS 512

/* The answer to the key dGhlIHNhbXBsZSBub25jZQ== of RFC 6455, section 1.3. */
static const char SWITCH[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

struct room {
    char *path;
    int *members;
    int count, capacity;
    struct room *next;
};

struct connection {
    int fd;
    int open;          /* the handshake is answered */
    struct room *room; /* NULL: echo */
    int place;         /* in room->members */
    uint8_t *rest;     /* the start of a frame whose end has not come, mostly NULL */
    size_t rest_length;
};

static struct room *rooms;
static struct connection **connections; /* by file descriptor */
static uint8_t input[INPUT], output[INPUT + 16];

static struct room *find_room(const char *path, size_t length) {
    for (struct room *room = rooms; room; room = room->next)
        if (strlen(room->path) == length && !memcmp(room->path, path, length)) return room;
    struct room *room = calloc(1, sizeof *room);
    room->path = strndup(path, length);
    room->next = rooms;
    rooms = room;
    return room;
}

static void join(struct connection *c, struct room *room) {
    if (room->count == room->capacity) {
        room->capacity = room->capacity ? room->capacity * 2 : 16;
        room->members = realloc(room->members, room->capacity * sizeof *room->members);
    }
    c->room = room;
    c->place = room->count;
    room->members[room->count++] = c->fd;
}

static void drop(struct connection *c) {
    if (c->room) {
        int last = c->room->members[--c->room->count];
        c->room->members[c->place] = last;
        connections[last]->place = c->place;
    }
    connections[c->fd] = NULL;
    close(c->fd);
    free(c->rest);
    free(c);
}

/* 0 when the connection had to be dropped. */
static int deliver(int fd, const uint8_t *bytes, size_t length) {
    if (send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t) length) return 1;
    drop(connections[fd]);
    return 0;
}

static size_t server_frame(uint8_t opcode, const uint8_t *payload, size_t length, const uint8_t *mask) {
    size_t at = 0;
    output[at++] = 0x80 | opcode;
    if (length < 126) {
        output[at++] = length;
    } else if (length < 65536) {
        output[at++] = 126;
        output[at++] = length >> 8;
        output[at++] = length;
    } else {
        output[at++] = 127;
        for (int shift = 56; shift >= 0; shift -= 8) output[at++] = (uint64_t) length >> shift;
    }
    for (size_t i = 0; i < length; i++) output[at++] = payload[i] ^ mask[i & 3];
    return at;
}

/* 0 when c itself is gone. */
static int publish(struct connection *c, size_t length) {
    struct room *room = c->room;
    if (!room) return deliver(c->fd, output, length);
    int fd = c->fd;
    /* Backwards: a member that is dropped leaves its place to the last, which has had its copy. */
    for (int i = room->count - 1; i >= 0; i--) deliver(room->members[i], output, length);
    return connections[fd] == c;
}

/* Handles the whole frames of a buffer; returns how much they took, or -1 when the connection is gone. */
static ssize_t frames(struct connection *c, uint8_t *in, size_t length) {
    size_t at = 0;
    while (length - at >= 2) {
        uint8_t *frame = in + at;
        size_t payload = frame[1] & 0x7F, header = 2;
        if (payload == 126) header = 4;
        if (payload == 127) header = 10;
        if (length - at < header + 4) break;
        if (header > 2) {
            payload = 0;
            for (size_t i = 2; i < header; i++) payload = payload << 8 | frame[i];
        }
        if (payload > INPUT / 2) return drop(c), -1;
        if (length - at < header + 4 + payload) break;
        uint8_t opcode = frame[0] & 0x0F;
        at += header + 4 + payload;
        if (opcode == 8) return drop(c), -1;
        if (opcode > 2) continue;
        if (!publish(c, server_frame(opcode, frame + header + 4, payload, frame + header))) return -1;
    }
    return at;
}

static ssize_t handshake(struct connection *c, char *in, size_t length) {
    char *end = memmem(in, length, "\r\n\r\n", 4);
    if (!end) return 0;
    char *path = memchr(in, ' ', length);
    char *after = path ? memchr(path + 1, ' ', end - path) : NULL;
    if (!after) return drop(c), -1;
    path++;
    if (!strncmp(path, "/rooms/", 7)) join(c, find_room(path, after - path));
    c->open = 1;
    if (!deliver(c->fd, (const uint8_t *) SWITCH, sizeof SWITCH - 1)) return -1;
    return end + 4 - in;
}

static void readable(struct connection *c) {
    size_t held = c->rest_length;
    if (held) memcpy(input, c->rest, held);
    ssize_t got = recv(c->fd, input + held, INPUT - held, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        drop(c);
        return;
    }
    size_t length = held + got, used = 0;
    if (!c->open) {
        ssize_t took = handshake(c, (char *) input, length);
        if (took < 0) return;
        used = took;
    }
    if (c->open) {
        ssize_t took = frames(c, input + used, length - used);
        if (took < 0) return;
        used += took;
    }
    free(c->rest);
    c->rest = NULL;
    c->rest_length = length - used;
    if (c->rest_length) {
        c->rest = malloc(c->rest_length);
        memcpy(c->rest, input + used, c->rest_length);
    }
}

static void accept_all(int listener, int epoll) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        connections[fd] = c;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: bare <port>\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    connections = calloc(files.rlim_cur, sizeof *connections);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *) &address, sizeof address) || listen(listener, 4096)) {
        perror("bare");
        return 1;
    }
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);

    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) accept_all(listener, epoll);
            else if (connections[fd]) readable(connections[fd]);
        }
    }
}
