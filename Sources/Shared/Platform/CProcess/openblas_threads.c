// OpenBLAS starts a thread for each further core when it is loaded, before `main`, with some 130 MiB of
// memory each; where it gets none, it tries for ever. It needs none: its callers are workers already. How
// many it starts is said by the environment only, which it reads when it is loaded.
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

/// Where the memory of the process is limited, begins it anew with the one thread in its environment.
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
  // The name that the system was asked for, so that the process keeps it.
  const char *name = (const char *)getauxval(AT_EXECFN);
  if (name) execve(name, arguments, changed);
  execve("/proc/self/exe", arguments, changed);
}

// The linker calls these before the libraries' own beginnings.
__attribute__((section(".preinit_array"), used)) static void (*first)(int, char **, char **) =
    limit_threads;
#endif
