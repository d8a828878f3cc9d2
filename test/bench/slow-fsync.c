/* Preloaded by slow-disk.ts: makes every fsync and fdatasync take SLOW_FSYNC_US microseconds longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void slow(void) {
  const char *microseconds = getenv("SLOW_FSYNC_US");
  if (microseconds != NULL) {
    usleep((useconds_t)atoi(microseconds));
  }
}

int fsync(int file) {
  slow();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
  slow();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
