#define _GNU_SOURCE
#include "CCurl.h"
#include "library.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define curl signalbox_curl_library

/* Transfers. */

typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t capacity;
} buffer;

struct signalbox_curl_transfer {
  char *method;
  char *url;
  struct curl_slist *headers;
  char *lines[128];
  size_t line_count;
  buffer request;
  bool has_body;
  int64_t total_milliseconds;
  int64_t connect_milliseconds;
  int64_t first_byte_milliseconds;
  size_t body_limit;
  size_t head_limit;
  bool reuse;
  bool resend;
  signalbox_curl_permit permit;
  signalbox_curl_chunk chunk;
  signalbox_curl_finished finished;
  void *context;
  uint64_t number;
  int64_t submitted;
  /* When the first socket was opened; 0: none yet. */
  int64_t connecting;

  CURL *easy;
  char error[CURL_ERROR_SIZE];
  buffer head;
  buffer body;
  size_t streamed;
  bool answered;
  int sent;
  bool too_large;
  bool denied;
  bool lost;
  bool stopped;
  signalbox_curl_outcome outcome;
  long status;
  char message[CURL_ERROR_SIZE + 64];
  char peer[INET6_ADDRSTRLEN];
  signalbox_curl_transfer *next;
};

struct signalbox_curl_engine {
  CURLM *multi;
  char *authorities;
  pthread_mutex_t mutex;
  /* Guarded by the mutex. */
  signalbox_curl_transfer *queued;
  uint64_t *cancels;
  size_t cancel_count;
  size_t cancel_capacity;
  bool released;
  /* The thread's own. */
  signalbox_curl_transfer *active;
};

static int64_t now_milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool buffer_append(buffer *target, const void *bytes, size_t length) {
  if (length > target->capacity - target->length) {
    size_t capacity = target->capacity < 4096 ? 4096 : target->capacity;
    while (capacity - target->length < length) capacity *= 2;
    uint8_t *grown = realloc(target->bytes, capacity);
    if (grown == NULL) return false;
    target->bytes = grown;
    target->capacity = capacity;
  }
  if (length > 0) memcpy(target->bytes + target->length, bytes, length);
  target->length += length;
  return true;
}

signalbox_curl_transfer *signalbox_curl_transfer_create(const char *method, const char *url) {
  signalbox_curl_transfer *transfer = calloc(1, sizeof *transfer);
  if (transfer == NULL) return NULL;
  transfer->method = strdup(method);
  transfer->url = strdup(url);
  transfer->total_milliseconds = 30000;
  transfer->connect_milliseconds = 10000;
  transfer->first_byte_milliseconds = 30000;
  transfer->body_limit = 8 << 20;
  transfer->head_limit = 64 << 10;
  if (transfer->method == NULL || transfer->url == NULL) {
    signalbox_curl_transfer_discard(transfer);
    return NULL;
  }
  return transfer;
}

void signalbox_curl_transfer_discard(signalbox_curl_transfer *transfer) {
  if (transfer->easy != NULL) curl.easy_cleanup(transfer->easy);
  if (transfer->headers != NULL) curl.slist_free_all(transfer->headers);
  for (size_t i = 0; i < transfer->line_count; i++) free(transfer->lines[i]);
  free(transfer->method);
  free(transfer->url);
  free(transfer->request.bytes);
  free(transfer->head.bytes);
  free(transfer->body.bytes);
  free(transfer);
}

bool signalbox_curl_transfer_header(signalbox_curl_transfer *transfer, const char *line) {
  if (transfer->line_count == sizeof transfer->lines / sizeof *transfer->lines) return false;
  char *copy = strdup(line);
  if (copy == NULL) return false;
  transfer->lines[transfer->line_count++] = copy;
  return true;
}

bool signalbox_curl_transfer_body(signalbox_curl_transfer *transfer, const uint8_t *bytes,
                                  size_t length) {
  transfer->has_body = true;
  return buffer_append(&transfer->request, bytes, length);
}

void signalbox_curl_transfer_deadlines(signalbox_curl_transfer *transfer, int64_t total,
                                       int64_t connect, int64_t first_byte) {
  transfer->total_milliseconds = total;
  transfer->connect_milliseconds = connect;
  transfer->first_byte_milliseconds = first_byte;
}

void signalbox_curl_transfer_limits(signalbox_curl_transfer *transfer, size_t body, size_t head) {
  transfer->body_limit = body;
  transfer->head_limit = head;
}

void signalbox_curl_transfer_delivery(signalbox_curl_transfer *transfer, bool reuse, bool resend) {
  transfer->reuse = reuse;
  transfer->resend = resend;
}

void signalbox_curl_transfer_permit(signalbox_curl_transfer *transfer,
                                    signalbox_curl_permit permit) {
  transfer->permit = permit;
}

void signalbox_curl_transfer_stream(signalbox_curl_transfer *transfer, signalbox_curl_chunk chunk) {
  transfer->chunk = chunk;
}

/* Callbacks of libcurl; each runs on the engine's thread. */

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  signalbox_curl_transfer *transfer = context;
  size_t length = size * count;
  if (length > transfer->body_limit - transfer->streamed) {
    transfer->too_large = true;
    return 0;
  }
  transfer->streamed += length;
  if (transfer->chunk != NULL) {
    if (transfer->chunk(transfer->context, (const uint8_t *)bytes, length)) return length;
    transfer->stopped = true;
    return 0;
  }
  return buffer_append(&transfer->body, bytes, length) ? length : 0;
}

static size_t on_head(char *bytes, size_t size, size_t count, void *context) {
  signalbox_curl_transfer *transfer = context;
  size_t length = size * count;
  transfer->answered = true;
  /* Each interim answer (1xx) starts a new head; only the last one counts. */
  if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0) transfer->head.length = 0;
  if (length > transfer->head_limit - transfer->head.length) {
    transfer->too_large = true;
    return 0;
  }
  return buffer_append(&transfer->head, bytes, length) ? length : 0;
}

static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  signalbox_curl_transfer *transfer = context;
  (void)purpose;
  if (transfer->permit != NULL) {
    bool permitted = false;
    if (address->family == AF_INET) {
      const struct sockaddr_in *four = (const struct sockaddr_in *)&address->addr;
      permitted = transfer->permit((const uint8_t *)&four->sin_addr, 4);
    } else if (address->family == AF_INET6) {
      const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address->addr;
      permitted = transfer->permit((const uint8_t *)&six->sin6_addr, 16);
    }
    if (!permitted) {
      transfer->denied = true;
      return CURL_SOCKET_BAD;
    }
  }
  if (transfer->connecting == 0) transfer->connecting = now_milliseconds();
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Runs after the connection stands (new or reused) and before the request goes out. */
static int on_request(void *context, char *peer, char *local, int peer_port, int local_port) {
  signalbox_curl_transfer *transfer = context;
  (void)local;
  (void)peer_port;
  (void)local_port;
  if (transfer->permit != NULL) {
    uint8_t address[16];
    bool permitted = (inet_pton(AF_INET, peer, address) == 1 && transfer->permit(address, 4)) ||
                     (inet_pton(AF_INET6, peer, address) == 1 && transfer->permit(address, 16));
    if (!permitted) {
      transfer->denied = true;
      return CURL_PREREQFUNC_ABORT;
    }
  }
  if (transfer->sent > 0 && !transfer->resend) {
    transfer->lost = true;
    return CURL_PREREQFUNC_ABORT;
  }
  transfer->sent++;
  return CURL_PREREQFUNC_OK;
}

/* The engine. */

static signalbox_curl_outcome outcome_of(const signalbox_curl_transfer *transfer, CURLcode code) {
  if (code == CURLE_OK) return SIGNALBOX_CURL_DONE;
  if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED) return SIGNALBOX_CURL_TOO_LARGE;
  if (transfer->stopped) return SIGNALBOX_CURL_CANCELLED;
  if (transfer->lost) return SIGNALBOX_CURL_UNAVAILABLE;
  switch (code) {
  case CURLE_OPERATION_TIMEDOUT:
    return SIGNALBOX_CURL_TIMEOUT;
  case CURLE_COULDNT_CONNECT:
  case CURLE_ABORTED_BY_CALLBACK:
    return transfer->denied ? SIGNALBOX_CURL_DENIED : SIGNALBOX_CURL_UNAVAILABLE;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_PARTIAL_FILE:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
  case CURLE_NO_CONNECTION_AVAILABLE:
    return SIGNALBOX_CURL_UNAVAILABLE;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_SSL_ENGINE_INITFAILED:
  case CURLE_SSL_SHUTDOWN_FAILED:
  case CURLE_SSL_CRL_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_SSL_CLIENTCERT:
  case CURLE_USE_SSL_FAILED:
    return SIGNALBOX_CURL_TLS;
  default:
    return SIGNALBOX_CURL_PROTOCOL;
  }
}

/* The transfer must be in no list any more. */
static void finish(signalbox_curl_engine *engine, signalbox_curl_transfer *transfer,
                   signalbox_curl_outcome outcome, const char *message) {
  transfer->outcome = outcome;
  if (transfer->easy != NULL) {
    char *peer = NULL;
    curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    if (curl.easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &peer) == CURLE_OK && peer != NULL) {
      snprintf(transfer->peer, sizeof transfer->peer, "%s", peer);
    }
    curl.multi_remove_handle(engine->multi, transfer->easy);
  }
  snprintf(transfer->message, sizeof transfer->message, "%s", message);
  transfer->finished(transfer->context, transfer);
  signalbox_curl_transfer_discard(transfer);
}

static void finish_code(signalbox_curl_engine *engine, signalbox_curl_transfer *transfer,
                        CURLcode code) {
  char message[sizeof transfer->message];
  snprintf(message, sizeof message, "%s",
           transfer->error[0] != 0 ? transfer->error : curl.easy_strerror(code));
  finish(engine, transfer, outcome_of(transfer, code), code == CURLE_OK ? "" : message);
}

#define SET(option, value)                                                        \
  do {                                                                            \
    CURLcode code = curl.easy_setopt(easy, option, value);                        \
    if (code != CURLE_OK) return code;                                            \
  } while (0)

static CURLcode configure(signalbox_curl_engine *engine, signalbox_curl_transfer *transfer) {
  CURL *easy = transfer->easy = curl.easy_init();
  if (easy == NULL) return CURLE_OUT_OF_MEMORY;
  for (size_t i = 0; i < transfer->line_count; i++) {
    struct curl_slist *grown = curl.slist_append(transfer->headers, transfer->lines[i]);
    if (grown == NULL) return CURLE_OUT_OF_MEMORY;
    transfer->headers = grown;
  }
  SET(CURLOPT_ERRORBUFFER, transfer->error);
  SET(CURLOPT_PRIVATE, transfer);
  SET(CURLOPT_URL, transfer->url);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_PATH_AS_IS, 1L);
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_PROXY, "");
  SET(CURLOPT_NOPROXY, "*");
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_NOPROGRESS, 1L);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (engine->authorities != NULL) SET(CURLOPT_CAINFO, engine->authorities);
  SET(CURLOPT_HTTPHEADER, transfer->headers);
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)transfer->connect_milliseconds);
  SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->body_limit);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, transfer);
  SET(CURLOPT_HEADERFUNCTION, on_head);
  SET(CURLOPT_HEADERDATA, transfer);
  SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
  SET(CURLOPT_OPENSOCKETDATA, transfer);
  SET(CURLOPT_PREREQFUNCTION, on_request);
  SET(CURLOPT_PREREQDATA, transfer);
  SET(CURLOPT_FRESH_CONNECT, transfer->reuse ? 0L : 1L);
  /* Without this an abandoned name look-up would be waited for, past every deadline; the
   * look-up's thread ends by itself. libcurl before 7.87 does not know the option. */
  curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  if (transfer->has_body) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->request.length);
    SET(CURLOPT_POSTFIELDS, transfer->request.length > 0 ? (char *)transfer->request.bytes : "");
  } else {
    SET(CURLOPT_HTTPGET, 1L);
  }
  SET(CURLOPT_CUSTOMREQUEST, transfer->method);
  return CURLE_OK;
}

static void start(signalbox_curl_engine *engine, signalbox_curl_transfer *transfer) {
  CURLcode code = configure(engine, transfer);
  if (code != CURLE_OK) {
    finish_code(engine, transfer, code);
  } else if (curl.multi_add_handle(engine->multi, transfer->easy) != CURLM_OK) {
    finish(engine, transfer, SIGNALBOX_CURL_UNAVAILABLE, "the transfer cannot be started");
  } else {
    transfer->next = engine->active;
    engine->active = transfer;
  }
}

static bool unlink_transfer(signalbox_curl_transfer **list, const signalbox_curl_transfer *wanted) {
  for (signalbox_curl_transfer **link = list; *link != NULL; link = &(*link)->next) {
    if (*link == wanted) {
      *link = wanted->next;
      return true;
    }
  }
  return false;
}

static void cancel_active(signalbox_curl_engine *engine, uint64_t number) {
  for (signalbox_curl_transfer *transfer = engine->active; transfer != NULL;
       transfer = transfer->next) {
    if (transfer->number == number) {
      unlink_transfer(&engine->active, transfer);
      finish(engine, transfer, SIGNALBOX_CURL_CANCELLED, "cancelled");
      return;
    }
  }
}

static void read_finished(signalbox_curl_engine *engine) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl.multi_info_read(engine->multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    char *owner = NULL;
    CURLcode code = message->data.result;
    curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    signalbox_curl_transfer *transfer = (signalbox_curl_transfer *)owner;
    if (unlink_transfer(&engine->active, transfer)) finish_code(engine, transfer, code);
  }
}

/* Ends what is past its deadline; returns how long the thread may sleep, in milliseconds. */
static int enforce_deadlines(signalbox_curl_engine *engine) {
  int64_t now = now_milliseconds();
  int64_t sleep = 1000;
  signalbox_curl_transfer *transfer = engine->active;
  while (transfer != NULL) {
    signalbox_curl_transfer *next = transfer->next;
    int64_t total = transfer->submitted + transfer->total_milliseconds - now;
    int64_t first = transfer->answered
                        ? total
                        : transfer->submitted + transfer->first_byte_milliseconds - now;
    /* A connection that does not stand in time ends here, whatever timers libcurl has set. */
    int64_t stand = transfer->connecting == 0 || transfer->sent > 0
                        ? total
                        : transfer->connecting + transfer->connect_milliseconds - now;
    if (total <= 0 || first <= 0 || stand <= 0) {
      unlink_transfer(&engine->active, transfer);
      finish(engine, transfer, SIGNALBOX_CURL_TIMEOUT,
             total <= 0   ? "the deadline passed"
             : first <= 0 ? "no answer began before its deadline"
                          : "no connection stood before its deadline");
    } else {
      if (total < sleep) sleep = total;
      if (first < sleep) sleep = first;
      if (stand < sleep) sleep = stand;
    }
    transfer = next;
  }
  return (int)sleep;
}

static void destroy(signalbox_curl_engine *engine) {
  if (engine->multi != NULL) curl.multi_cleanup(engine->multi);
  pthread_mutex_destroy(&engine->mutex);
  free(engine->authorities);
  free(engine->cancels);
  free(engine);
}

static void *run(void *context) {
  signalbox_curl_engine *engine = context;
  for (;;) {
    pthread_mutex_lock(&engine->mutex);
    signalbox_curl_transfer *queued = engine->queued;
    uint64_t *cancels = engine->cancels;
    size_t cancel_count = engine->cancel_count;
    bool released = engine->released;
    engine->queued = NULL;
    engine->cancels = NULL;
    engine->cancel_count = engine->cancel_capacity = 0;
    pthread_mutex_unlock(&engine->mutex);

    while (queued != NULL) {
      signalbox_curl_transfer *next = queued->next;
      start(engine, queued);
      queued = next;
    }
    for (size_t i = 0; i < cancel_count; i++) cancel_active(engine, cancels[i]);
    free(cancels);
    int running = 0;
    curl.multi_perform(engine->multi, &running);
    read_finished(engine);
    int sleep = enforce_deadlines(engine);
    if (released && engine->active == NULL) break;
    curl.multi_poll(engine->multi, NULL, 0, sleep, NULL);
  }
  destroy(engine);
  return NULL;
}

signalbox_curl_engine *signalbox_curl_engine_create(size_t connections, const char *authorities,
                                                    char *error, size_t error_capacity) {
  const char *missing = signalbox_curl_load();
  if (missing != NULL) {
    snprintf(error, error_capacity, "%s", missing);
    return NULL;
  }
  signalbox_curl_engine *engine = calloc(1, sizeof *engine);
  if (engine == NULL) {
    snprintf(error, error_capacity, "out of memory");
    return NULL;
  }
  pthread_mutex_init(&engine->mutex, NULL);
  engine->multi = curl.multi_init();
  if (authorities != NULL) engine->authorities = strdup(authorities);
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, previous;
  bool started = false;
  if (engine->multi != NULL) {
    curl.multi_setopt(engine->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
    curl.multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* No signal is for this thread: a write to a closed socket must not raise SIGPIPE. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    started = pthread_create(&thread, &attributes, run, engine) == 0;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    pthread_attr_destroy(&attributes);
  }
  if (!started) {
    snprintf(error, error_capacity, "the thread for transfers cannot be started");
    destroy(engine);
    return NULL;
  }
  return engine;
}

void signalbox_curl_engine_release(signalbox_curl_engine *engine) {
  pthread_mutex_lock(&engine->mutex);
  engine->released = true;
  /* Waking under the lock: the thread frees the engine only after it has seen the flag. */
  curl.multi_wakeup(engine->multi);
  pthread_mutex_unlock(&engine->mutex);
}

uint64_t signalbox_curl_submit(signalbox_curl_engine *engine, signalbox_curl_transfer *transfer,
                               signalbox_curl_finished finished, void *context) {
  static _Atomic uint64_t numbers = 0;
  uint64_t number = ++numbers;
  transfer->number = number;
  transfer->finished = finished;
  transfer->context = context;
  transfer->submitted = now_milliseconds();
  pthread_mutex_lock(&engine->mutex);
  signalbox_curl_transfer **end = &engine->queued;
  while (*end != NULL) end = &(*end)->next;
  *end = transfer;
  curl.multi_wakeup(engine->multi);
  pthread_mutex_unlock(&engine->mutex);
  return number;
}

void signalbox_curl_cancel(signalbox_curl_engine *engine, uint64_t number) {
  pthread_mutex_lock(&engine->mutex);
  if (engine->cancel_count == engine->cancel_capacity) {
    size_t capacity = engine->cancel_capacity == 0 ? 8 : engine->cancel_capacity * 2;
    uint64_t *grown = realloc(engine->cancels, capacity * sizeof *grown);
    if (grown != NULL) {
      engine->cancels = grown;
      engine->cancel_capacity = capacity;
    }
  }
  /* Without memory the cancellation is lost; the deadline still holds. */
  if (engine->cancel_count < engine->cancel_capacity) {
    engine->cancels[engine->cancel_count++] = number;
  }
  curl.multi_wakeup(engine->multi);
  pthread_mutex_unlock(&engine->mutex);
}

signalbox_curl_outcome signalbox_curl_result(const signalbox_curl_transfer *transfer) {
  return transfer->outcome;
}

int signalbox_curl_status(const signalbox_curl_transfer *transfer) { return (int)transfer->status; }

bool signalbox_curl_request_was_sent(const signalbox_curl_transfer *transfer) {
  return transfer->sent > 0;
}

const char *signalbox_curl_message(const signalbox_curl_transfer *transfer) {
  return transfer->message;
}

const char *signalbox_curl_peer(const signalbox_curl_transfer *transfer) { return transfer->peer; }

const uint8_t *signalbox_curl_head(const signalbox_curl_transfer *transfer, size_t *length) {
  *length = transfer->head.length;
  return transfer->head.bytes;
}

const uint8_t *signalbox_curl_content(const signalbox_curl_transfer *transfer, size_t *length) {
  *length = transfer->body.length;
  return transfer->body.bytes;
}
