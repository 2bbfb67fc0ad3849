#include "CRE2.h"

#include <re2/re2.h>

#include <cstring>
#include <vector>

struct signalbox_re2 {
  re2::RE2 program;
  signalbox_re2(const re2::StringPiece &pattern, const re2::RE2::Options &options)
      : program(pattern, options) {}
};

extern "C" signalbox_re2 *signalbox_re2_compile(const char *pattern, size_t length,
                                                int64_t memory_bytes, char *error,
                                                size_t error_capacity) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(memory_bytes);
  auto *compiled = new signalbox_re2(re2::StringPiece(pattern, length), options);
  if (compiled->program.ok()) return compiled;
  if (error_capacity > 0) {
    std::strncpy(error, compiled->program.error().c_str(), error_capacity - 1);
    error[error_capacity - 1] = '\0';
  }
  delete compiled;
  return nullptr;
}

extern "C" void signalbox_re2_free(signalbox_re2 *program) { delete program; }

extern "C" bool signalbox_re2_matches(const signalbox_re2 *program, const char *text,
                                      size_t length, bool anchored) {
  return program->program.Match(re2::StringPiece(text, length), 0, length,
                                anchored ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED,
                                nullptr, 0);
}

extern "C" int signalbox_re2_groups(const signalbox_re2 *program) {
  return program->program.NumberOfCapturingGroups();
}

extern "C" int signalbox_re2_size(const signalbox_re2 *program) {
  return program->program.ProgramSize();
}

extern "C" bool signalbox_re2_find(const signalbox_re2 *program, const char *text, size_t length,
                                   size_t start, int64_t *offsets, int group_capacity) {
  std::vector<re2::StringPiece> groups(static_cast<size_t>(group_capacity));
  if (!program->program.Match(re2::StringPiece(text, length), start, length,
                              re2::RE2::UNANCHORED, groups.data(), group_capacity)) {
    return false;
  }
  for (int index = 0; index < group_capacity; index++) {
    const auto &group = groups[static_cast<size_t>(index)];
    if (group.data() == nullptr) {
      offsets[2 * index] = -1;
      offsets[2 * index + 1] = -1;
    } else {
      offsets[2 * index] = group.data() - text;
      offsets[2 * index + 1] = group.data() - text + static_cast<int64_t>(group.size());
    }
  }
  return true;
}
