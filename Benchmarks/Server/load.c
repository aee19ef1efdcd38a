/* Load generator: sends prepared HTTP requests over keep-alive connections and measures the answers.
 *
 *     load PORT CONNECTIONS SECONDS PATIENCE REQUESTS COUNTER < templates
 *
 * Standard input holds templates, each a line with its length in bytes and then the whole request. Connections take the
 * templates in turn, one request under way on each. In a template every "##########" is replaced by a counter of ten
 * digits that begins at COUNTER and grows with each request. Requests are sent for SECONDS, or until there were
 * REQUESTS if that is not 0; what is under way then has PATIENCE seconds to finish.
 * Prints one JSON object: seconds, answers by status, bytes of the answers' bodies, median and 99th percentile of the
 * time from sending to the last byte in ms, and how many connections broke or were still waiting at the end.
 *
 * TCP_QUICKACK is set before every read: a server that leaves Nagle's algorithm on would otherwise wait 40 ms for each
 * delayed acknowledgement, which is not what is measured here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MARK = 10, HEAD = 16384 };

struct template {
    char *bytes;
    size_t length;
    size_t *marks;
    size_t markCount;
};

enum framing { LENGTH, CHUNK_SIZE, CHUNK_DATA, TRAILER };

struct connection {
    int socket;
    int waiting;
    double began;
    char *out; /* the request under way */
    size_t outLength, sent;
    char head[HEAD]; /* head of the answer, or a chunk's size line */
    size_t headLength;
    int inBody, status, closes;
    enum framing framing;
    long long left; /* bytes of the body, or of the chunk and its line end */
};

static struct template *templates;
static size_t templateCount, nextTemplate;
static unsigned long long counter;
static struct sockaddr_in server;
static int epoll;
static double *times;
static size_t timeCount, timeRoom;
static long long statuses[600], bodyBytes, broken;
static long long started, limit;
static double deadline;
static int one = 1;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char *message) {
    perror(message);
    exit(1);
}

static void readTemplates(void) {
    size_t length;
    while (scanf("%zu", &length) == 1) {
        if (getchar() != '\n') exit(2);
        templates = realloc(templates, (templateCount + 1) * sizeof *templates);
        struct template *template = &templates[templateCount++];
        *template = (struct template){.bytes = malloc(length + 1), .length = length};
        if (fread(template->bytes, 1, length, stdin) != length) exit(2);
        template->bytes[length] = 0;
        for (char *at = template->bytes; (at = memmem(at, template->bytes + length - at, "##########", MARK));) {
            template->marks = realloc(template->marks, (template->markCount + 1) * sizeof *template->marks);
            template->marks[template->markCount++] = (size_t)(at - template->bytes);
            at += MARK;
        }
    }
    if (templateCount == 0) exit(2);
}

static void watch(struct connection *connection, int operation, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(epoll, operation, connection->socket, &event) != 0) die("epoll_ctl");
}

static void writeOut(struct connection *connection) {
    while (connection->sent < connection->outLength) {
        ssize_t count = send(
            connection->socket, connection->out + connection->sent, connection->outLength - connection->sent,
            MSG_NOSIGNAL);
        if (count < 0) {
            if (errno == EAGAIN) watch(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return; /* other errors show when reading */
        }
        connection->sent += (size_t)count;
    }
}

static void start(struct connection *connection) {
    if ((limit && started >= limit) || now() >= deadline) return;
    started++;
    struct template *template = &templates[nextTemplate++ % templateCount];
    connection->out = realloc(connection->out, template->length);
    connection->outLength = template->length;
    connection->sent = 0;
    memcpy(connection->out, template->bytes, template->length);
    char digits[MARK + 1];
    snprintf(digits, sizeof digits, "%010llu", counter++);
    for (size_t i = 0; i < template->markCount; i++) memcpy(connection->out + template->marks[i], digits, MARK);
    connection->headLength = 0;
    connection->inBody = 0;
    connection->waiting = 1;
    connection->began = now();
    writeOut(connection);
}

static void open_(struct connection *connection) {
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->socket < 0) die("socket");
    if (connect(connection->socket, (struct sockaddr *)&server, sizeof server) != 0) die("connect");
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
}

static void reopen(struct connection *connection) {
    close(connection->socket);
    connection->waiting = 0;
    open_(connection);
    start(connection);
}

static void finish(struct connection *connection) {
    if (timeCount == timeRoom) {
        timeRoom = timeRoom ? timeRoom * 2 : 4096;
        times = realloc(times, timeRoom * sizeof *times);
    }
    times[timeCount++] = now() - connection->began;
    statuses[connection->status]++;
    connection->waiting = 0;
    if (connection->closes) reopen(connection);
    else start(connection);
}

/* Takes a whole line (or the head) out of the bytes; 0 when it is not complete yet. */
static int collect(struct connection *connection, const char **at, const char *end, const char *terminator) {
    size_t width = strlen(terminator);
    while (*at < end) {
        if (connection->headLength + 1 >= HEAD) exit(3);
        connection->head[connection->headLength++] = *(*at)++;
        if (connection->headLength >= width
            && memcmp(connection->head + connection->headLength - width, terminator, width) == 0) {
            connection->head[connection->headLength] = 0;
            return 1;
        }
    }
    return 0;
}

static void readHead(struct connection *connection) {
    connection->status = atoi(connection->head + 9);
    if (connection->status < 100 || connection->status > 599) exit(3);
    connection->framing = LENGTH;
    connection->left = 0;
    connection->closes = 0;
    for (char *line = strstr(connection->head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0) connection->left = atoll(line + 17);
        if (strncasecmp(line + 2, "transfer-encoding: chunked", 26) == 0) connection->framing = CHUNK_SIZE;
        if (strncasecmp(line + 2, "connection: close", 17) == 0) connection->closes = 1;
    }
    connection->inBody = 1;
    connection->headLength = 0;
}

/* 1 when the answer is complete. */
static int take(struct connection *connection, const char *at, const char *end) {
    while (1) {
        if (!connection->inBody) {
            if (!collect(connection, &at, end, "\r\n\r\n")) return 0;
            readHead(connection);
            if (connection->framing == LENGTH && connection->left == 0) return 1;
        } else if (connection->framing == CHUNK_SIZE) {
            if (!collect(connection, &at, end, "\r\n")) return 0;
            long long size = strtoll(connection->head, NULL, 16);
            connection->headLength = 0;
            bodyBytes += size;
            connection->framing = size == 0 ? TRAILER : CHUNK_DATA;
            connection->left = size + 2;
        } else if (connection->framing == TRAILER) {
            return collect(connection, &at, end, "\r\n");
        } else {
            long long count = end - at < connection->left ? end - at : connection->left;
            at += count;
            connection->left -= count;
            if (connection->framing == LENGTH) bodyBytes += count;
            if (connection->left > 0) return 0;
            if (connection->framing == LENGTH) return 1;
            connection->framing = CHUNK_SIZE;
        }
    }
}

static void readIn(struct connection *connection) {
    static char buffer[1 << 18];
    setsockopt(connection->socket, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
    ssize_t count = recv(connection->socket, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        if (connection->waiting) broken++;
        reopen(connection);
    } else if (take(connection, buffer, buffer + count)) {
        finish(connection);
    }
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    int count = atoi(argv[2]);
    limit = atoll(argv[5]);
    counter = strtoull(argv[6], NULL, 10);
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    readTemplates();
    epoll = epoll_create1(0);
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    for (int i = 0; i < count; i++) open_(&connections[i]);

    double began = now();
    deadline = began + atof(argv[3]);
    double patience = deadline + atof(argv[4]);
    for (int i = 0; i < count; i++) start(&connections[i]);
    double last = began;
    while (1) {
        int waiting = 0;
        for (int i = 0; i < count && !waiting; i++) waiting = connections[i].waiting;
        double left = patience - now();
        if (!waiting || left <= 0) break;
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, (int)(left * 1000) + 1);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) {
                watch(connection, EPOLL_CTL_MOD, EPOLLIN);
                writeOut(connection);
            }
            if (events[i].events & ~(unsigned)EPOLLOUT) readIn(connection);
        }
        last = now();
    }
    long long unanswered = 0;
    for (int i = 0; i < count; i++) unanswered += connections[i].waiting;
    qsort(times, timeCount, sizeof *times, ascending);
    double median = timeCount ? times[timeCount / 2] * 1000 : 0;
    double late = timeCount ? times[timeCount * 99 / 100] * 1000 : 0;
    printf("{\"seconds\":%.6f,\"answers\":%zu,\"bytes\":%lld,\"p50\":%.4f,\"p99\":%.4f,\"broken\":%lld,"
           "\"unanswered\":%lld,\"counter\":%llu,\"status\":{",
           last - began, timeCount, bodyBytes, median, late, broken, unanswered, counter);
    const char *separator = "";
    for (int status = 0; status < 600; status++) {
        if (!statuses[status]) continue;
        printf("%s\"%d\":%lld", separator, status, statuses[status]);
        separator = ",";
    }
    printf("}}\n");
    return 0;
}
