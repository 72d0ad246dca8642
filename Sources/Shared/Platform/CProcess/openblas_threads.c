// When OpenBLAS is loaded, before `main`, it starts a thread for each further core, with some 130
// MiB of memory each; if it can't start one, it tries for ever. These threads are not needed: the
// callers of OpenBLAS are workers already. Only an environment variable sets their number, and
// OpenBLAS reads it when it is loaded.
#include "CProcess.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
static const char variable[] = "OPENBLAS_NUM_THREADS=";
static char setting[] = "OPENBLAS_NUM_THREADS=1";
// More variables than any environment has.
static char *changed[16384];

static int is_limited(int resource) {
  struct rlimit limit;
  return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

/// If the memory of the process is limited, executes the program again with one thread set in its
/// environment.
static void limit_threads(int count, char **arguments, char **environment) {
  (void)count;
  if (!is_limited(RLIMIT_AS) && !is_limited(RLIMIT_DATA)) return;
  size_t kept = 0;
  for (char **entry = environment; *entry; entry++) {
    if (strcmp(*entry, setting) == 0) return;
    if (strncmp(*entry, variable, sizeof variable - 1) == 0) continue;
    if (kept + 2 >= sizeof changed / sizeof *changed) return;
    changed[kept++] = *entry;
  }
  changed[kept++] = setting;
  changed[kept] = NULL;
  // The name under which the program was executed, so that the process keeps it.
  const char *name = (const char *)getauxval(AT_EXECFN);
  if (name) execve(name, arguments, changed);
  execve("/proc/self/exe", arguments, changed);
}

// The dynamic linker calls these before it initialises the libraries.
__attribute__((section(".preinit_array"), used)) static void (*first)(int, char **, char **) =
    limit_threads;
#endif
