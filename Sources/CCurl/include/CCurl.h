#ifndef SIGNALBOX_CCURL_H
#define SIGNALBOX_CCURL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* HTTP transfers on libcurl, which is opened with dlopen on first use: a program that only checks
 * flows never loads it. One engine is one thread with one multi handle; all its transfers share a
 * cache of open connections.
 *
 * What this shim fixes for every transfer: http and https only, no redirect is followed, TLS
 * certificates and names are verified, proxies named by the environment are ignored, no cookies,
 * no compression, no signals, no "Expect: 100-continue". */

/// How a transfer ended.
typedef enum signalbox_curl_outcome {
  SIGNALBOX_CURL_DONE = 0,
  SIGNALBOX_CURL_TIMEOUT,
  SIGNALBOX_CURL_UNAVAILABLE,
  SIGNALBOX_CURL_CANCELLED,
  SIGNALBOX_CURL_TOO_LARGE,
  SIGNALBOX_CURL_DENIED,
  SIGNALBOX_CURL_PROTOCOL,
  SIGNALBOX_CURL_TLS,
} signalbox_curl_outcome;

/// One thread that performs transfers; opaque to Swift.
typedef struct signalbox_curl_engine signalbox_curl_engine;
/// One request and what came back; opaque to Swift.
typedef struct signalbox_curl_transfer signalbox_curl_transfer;

/// Called once on the engine's thread when the transfer has ended; the transfer is freed when the
/// call returns.
typedef void (*signalbox_curl_finished)(void *context, const signalbox_curl_transfer *transfer);
/// Called on the engine's thread for each piece of the body; false ends the transfer as cancelled.
typedef bool (*signalbox_curl_chunk)(void *context, const uint8_t *bytes, size_t length);
/// Whether a connection to this address (4 or 16 bytes) is permitted.
typedef bool (*signalbox_curl_permit)(const uint8_t *address, size_t length);

/// A new engine, or NULL when libcurl cannot be loaded; then `error` holds why.
/// `authorities` is a PEM file that replaces the system's certificate authorities, or NULL.
signalbox_curl_engine *signalbox_curl_engine_create(size_t connections, const char *authorities,
                                                    char *error, size_t error_capacity);
/// Ends the engine when its last transfer has ended; returns at once.
void signalbox_curl_engine_release(signalbox_curl_engine *engine);

/// A transfer of `method` to `url`; NULL without memory. It belongs to the caller until submitted.
signalbox_curl_transfer *signalbox_curl_transfer_create(const char *method, const char *url);
/// Frees a transfer that was never submitted.
void signalbox_curl_transfer_discard(signalbox_curl_transfer *transfer);
/// Adds one header line without its line end. False without memory.
bool signalbox_curl_transfer_header(signalbox_curl_transfer *transfer, const char *line);
/// Copies the body. False without memory.
bool signalbox_curl_transfer_body(signalbox_curl_transfer *transfer, const uint8_t *bytes,
                                  size_t length);
/// Deadlines in milliseconds from submission (total, first byte of the answer's head) and from the
/// start of the connection attempt (connect).
void signalbox_curl_transfer_deadlines(signalbox_curl_transfer *transfer, int64_t total,
                                       int64_t connect, int64_t first_byte);
/// The largest body and the largest head that are accepted, in bytes.
void signalbox_curl_transfer_limits(signalbox_curl_transfer *transfer, size_t body, size_t head);
/// Whether an open connection may be taken, and whether a request that got no answer on one may be
/// sent again on a new connection.
void signalbox_curl_transfer_delivery(signalbox_curl_transfer *transfer, bool reuse, bool resend);
/// Asks `permit` before each connection and before each request on an open one; NULL permits all.
void signalbox_curl_transfer_permit(signalbox_curl_transfer *transfer,
                                    signalbox_curl_permit permit);
/// Hands the body over piece by piece to `chunk` instead of keeping it.
void signalbox_curl_transfer_stream(signalbox_curl_transfer *transfer, signalbox_curl_chunk chunk);

/// Starts the transfer, which belongs to the engine from here on. Returns its number for
/// `signalbox_curl_cancel`. `context` goes to `finished` and to the chunk callback.
uint64_t signalbox_curl_submit(signalbox_curl_engine *engine, signalbox_curl_transfer *transfer,
                               signalbox_curl_finished finished, void *context);
/// Ends a transfer as cancelled; does nothing when it has ended already. Any thread may call it.
void signalbox_curl_cancel(signalbox_curl_engine *engine, uint64_t number);

/* What a finished transfer holds; the pointers live until `finished` returns. */
signalbox_curl_outcome signalbox_curl_result(const signalbox_curl_transfer *transfer);
int signalbox_curl_status(const signalbox_curl_transfer *transfer);
bool signalbox_curl_request_was_sent(const signalbox_curl_transfer *transfer);
const char *signalbox_curl_message(const signalbox_curl_transfer *transfer);
const char *signalbox_curl_peer(const signalbox_curl_transfer *transfer);
const uint8_t *signalbox_curl_head(const signalbox_curl_transfer *transfer, size_t *length);
const uint8_t *signalbox_curl_content(const signalbox_curl_transfer *transfer, size_t *length);

#endif
