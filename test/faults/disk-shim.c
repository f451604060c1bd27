/*
 * Makes a disk fail for one program, by LD_PRELOAD. While the file that DISK_FAULTS names is there, each of its lines is a fault:
 *
 *     operation errno delay path      e.g. "sync 5 0 /log/": every sync of a file with "/log/" in its path fails with EIO
 *
 * Operations: open (for writing), read, write, sync, truncate, rename (by the new name), unlink. An errno of 0 only delays, by so many milliseconds. A sync that fails is not made.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int fault_on_path(const char *operation, const char *path) {
  const char *list = getenv("DISK_FAULTS");
  static int (*real_open)(const char *, int, ...) = NULL;
  if (real_open == NULL) real_open = REAL(open);
  if (list == NULL) return 0;
  int file = real_open(list, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[1024];
  ssize_t length = REAL(read)(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return 0;
  text[length] = '\0';
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    char what[16], where[256];
    int error, delay;
    if (sscanf(line, "%15s %d %d %255s", what, &error, &delay, where) != 4) continue;
    if (strcmp(what, operation) != 0 || strstr(path, where) == NULL) continue;
    if (delay > 0) {
      struct timespec time = {delay / 1000, (delay % 1000) * 1000000L};
      nanosleep(&time, NULL);
    }
    if (error != 0) {
      errno = error;
      return -1;
    }
  }
  return 0;
}

static int fault_on(const char *operation, int file) {
  int before = errno;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') {
    errno = before;
    return 0;
  }
  path[length] = '\0';
  if (fault_on_path(operation, path) != 0) return -1;
  errno = before;
  return 0;
}

ssize_t read(int file, void *bytes, size_t length) {
  return fault_on("read", file) ? -1 : REAL(read)(file, bytes, length);
}
ssize_t pread(int file, void *bytes, size_t length, off_t at) {
  return fault_on("read", file) ? -1 : REAL(pread)(file, bytes, length, at);
}
ssize_t pread64(int file, void *bytes, size_t length, off64_t at) {
  return fault_on("read", file) ? -1 : REAL(pread64)(file, bytes, length, at);
}
ssize_t write(int file, const void *bytes, size_t length) {
  return fault_on("write", file) ? -1 : REAL(write)(file, bytes, length);
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  return fault_on("write", file) ? -1 : REAL(pwrite)(file, bytes, length, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  return fault_on("write", file) ? -1 : REAL(pwrite64)(file, bytes, length, at);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
  return fault_on("write", file) ? -1 : REAL(writev)(file, parts, count);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  return fault_on("write", file) ? -1 : REAL(pwritev)(file, parts, count, at);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
  return fault_on("write", file) ? -1 : REAL(pwritev64)(file, parts, count, at);
}
int fsync(int file) { return fault_on("sync", file) ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return fault_on("sync", file) ? -1 : REAL(fdatasync)(file); }
int ftruncate(int file, off_t length) { return fault_on("truncate", file) ? -1 : REAL(ftruncate)(file, length); }
int ftruncate64(int file, off64_t length) { return fault_on("truncate", file) ? -1 : REAL(ftruncate64)(file, length); }

int rename(const char *from, const char *to) {
  return fault_on_path("rename", to) != 0 ? -1 : REAL(rename)(from, to);
}
int unlink(const char *path) { return fault_on_path("unlink", path) != 0 ? -1 : REAL(unlink)(path); }

#define OPEN(name)                                                                                     \
  int name(const char *path, int flags, ...) {                                                         \
    va_list more;                                                                                      \
    va_start(more, flags);                                                                             \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;                          \
    va_end(more);                                                                                      \
    if ((flags & O_ACCMODE) != O_RDONLY && fault_on_path("open", path) != 0) return -1;                \
    return REAL(name)(path, flags, mode);                                                              \
  }
OPEN(open)
OPEN(open64)
