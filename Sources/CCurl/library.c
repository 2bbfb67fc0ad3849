#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct signalbox_curl_functions signalbox_curl_library;

static char load_error[256];
static pthread_once_t load_once = PTHREAD_ONCE_INIT;

static void load_symbol(void *library, const char *name, void *destination) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL && load_error[0] == 0) {
    snprintf(load_error, sizeof load_error, "libcurl.so.4 has no %s", name);
  }
  memcpy(destination, &symbol, sizeof symbol);
}

static void load_library(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(load_error, sizeof load_error, "libcurl.so.4 cannot be loaded: %s", dlerror());
    return;
  }
  load_symbol(library, "curl_global_init", &signalbox_curl_library.global_init);
  load_symbol(library, "curl_easy_init", &signalbox_curl_library.easy_init);
  load_symbol(library, "curl_easy_cleanup", &signalbox_curl_library.easy_cleanup);
  load_symbol(library, "curl_easy_setopt", &signalbox_curl_library.easy_setopt);
  load_symbol(library, "curl_easy_getinfo", &signalbox_curl_library.easy_getinfo);
  load_symbol(library, "curl_easy_strerror", &signalbox_curl_library.easy_strerror);
  load_symbol(library, "curl_slist_append", &signalbox_curl_library.slist_append);
  load_symbol(library, "curl_slist_free_all", &signalbox_curl_library.slist_free_all);
  load_symbol(library, "curl_multi_init", &signalbox_curl_library.multi_init);
  load_symbol(library, "curl_multi_cleanup", &signalbox_curl_library.multi_cleanup);
  load_symbol(library, "curl_multi_setopt", &signalbox_curl_library.multi_setopt);
  load_symbol(library, "curl_multi_add_handle", &signalbox_curl_library.multi_add_handle);
  load_symbol(library, "curl_multi_remove_handle", &signalbox_curl_library.multi_remove_handle);
  load_symbol(library, "curl_multi_perform", &signalbox_curl_library.multi_perform);
  load_symbol(library, "curl_multi_poll", &signalbox_curl_library.multi_poll);
  load_symbol(library, "curl_multi_wakeup", &signalbox_curl_library.multi_wakeup);
  load_symbol(library, "curl_multi_info_read", &signalbox_curl_library.multi_info_read);
  if (load_error[0] != 0) return;
  if (signalbox_curl_library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    snprintf(load_error, sizeof load_error, "libcurl cannot be initialised");
  }
}

const char *signalbox_curl_load(void) {
  pthread_once(&load_once, load_library);
  return load_error[0] != 0 ? load_error : NULL;
}
