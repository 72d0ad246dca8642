// Only functions that POSIX calls async-signal-safe are used in the handler, and nothing is
// allocated.
#define _GNU_SOURCE
#include "CProcess.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static int exit_status;
static struct sigaction previous;
static atomic_flag is_ending = ATOMIC_FLAG_INIT;

// A line of /proc/self/maps is "start-end rwxp offset device inode   path" (proc(5)); a path has at
// most PATH_MAX = 4096 bytes. Static, because a worker's stack may be small.
static char line[4096 + 128];
static char message[4 * 4096 + 512];
static char buffer[4096];

/// Reads hexadecimal digits; leaves `*text` after them.
static uintptr_t hexadecimal(const char **text) {
  uintptr_t value = 0;
  for (;; (*text)++) {
    char c = **text;
    if (c >= '0' && c <= '9') value = 16 * value + (uintptr_t)(c - '0');
    else if (c >= 'a' && c <= 'f') value = 16 * value + (uintptr_t)(c - 'a' + 10);
    else return value;
  }
}

/// Whether `line` describes the mapping that contains `address`. If so, sets its path (empty if no
/// file is mapped) and the offset in the file.
static int describes(uintptr_t address, const char **path, uintptr_t *offset) {
  const char *text = line;
  uintptr_t start = hexadecimal(&text);
  if (*text++ != '-') return 0;
  uintptr_t end = hexadecimal(&text);
  if (address < start || address >= end || *text++ != ' ') return 0;
  while (*text && *text != ' ') text++;
  if (*text) text++;
  *offset = hexadecimal(&text) + (address - start);
  for (int fields = 0; fields < 2; fields++) {
    while (*text == ' ') text++;
    while (*text && *text != ' ') text++;
  }
  while (*text == ' ') text++;
  *path = text;
  return 1;
}

/// Finds the mapping of an address.
static int find(uintptr_t address, const char **path, uintptr_t *offset) {
  int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps < 0) return 0;
  size_t length = 0;
  ssize_t count;
  while ((count = read(maps, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < count; i++) {
      if (buffer[i] != '\n') {
        if (length < sizeof line - 1) line[length++] = buffer[i];
        continue;
      }
      line[length] = 0;
      length = 0;
      if (describes(address, path, offset)) {
        close(maps);
        return 1;
      }
    }
  }
  close(maps);
  return 0;
}

static char *append(char *end, const char *text) {
  while (*text) *end++ = *text++;
  return end;
}

/// Bytes of the UTF-8 character at `text` if it is certainly a visible letter or sign; 0 for
/// anything that a terminal might interpret or a reader could not see. Only Latin to Arabic
/// letters, and those of East Asia, count as visible.
static int visible(const unsigned char *text) {
  if (text[0] >= 0x20 && text[0] < 0x7F) return 1;
  int continues = (text[1] & 0xC0) == 0x80;
  if (text[0] >= 0xC3 && text[0] <= 0xD7 && continues) return 2;
  if (((text[0] >= 0xE3 && text[0] <= 0xEC) || (text[0] == 0xED && text[1] < 0xA0)) && continues &&
      (text[2] & 0xC0) == 0x80)
    return 3;
  return 0;
}

/// Appends a path; bytes that are not certainly visible are escaped as `\xNN`.
static char *append_path(char *end, const char *path) {
  static const char digits[] = "0123456789abcdef";
  const unsigned char *text = (const unsigned char *)path;
  while (*text) {
    int count = visible(text);
    if (count == 0) {
      *end++ = '\\';
      *end++ = 'x';
      *end++ = digits[*text >> 4];
      *end++ = digits[*text & 15];
      text++;
    }
    for (; count > 0; count--) *end++ = (char)*text++;
  }
  return end;
}

static char *append_number(char *end, uintptr_t number) {
  char digits[24];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (count > 0) *end++ = digits[--count];
  return end;
}

static void handle(int signal_number, siginfo_t *information, void *context) {
  (void)context;
  uintptr_t address = (uintptr_t)information->si_addr;
  const char *path = "";
  uintptr_t offset = 0;
  if (signal_number == SIGBUS && information->si_code == BUS_ADRERR) {
    // Another thread with the same error waits for the end of the process.
    while (atomic_flag_test_and_set(&is_ending)) pause();
    if (find(address, &path, &offset) && path[0] == '/') {
      char *end = append(message, "Error: ");
      end = append_path(end, path);
      end = append(end, ": byte ");
      end = append_number(end, offset);
      end = append(end, " can't be read any more: the file was made shorter while it was read, or its "
                        "disk failed. Copy the file back, or make it again\n");
      ssize_t written = write(STDERR_FILENO, message, (size_t)(end - message));
      (void)written;
      _exit(exit_status);
    }
    atomic_flag_clear(&is_ending);
  }
  // Not ours: the previous action takes effect when the instruction runs again, or the signal is
  // raised.
  sigaction(SIGBUS, &previous, NULL);
  if (information->si_code <= 0) raise(SIGBUS);
}

void name_lost_files(int status) {
  exit_status = status;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &previous);
}
