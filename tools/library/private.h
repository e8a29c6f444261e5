/** @file tools/library/private.h  What the files of the library share: contexts, option structs, vectors and maps. */
#ifndef ISG_TOOLS_LIBRARY_PRIVATE_H
#define ISG_TOOLS_LIBRARY_PRIVATE_H
#include "align/align.h"
#include <isogloss/align.h>

struct isogloss_context {
    unsigned threads;
    struct isg_pool *pool; /* made when it is first wanted */
    struct isg_env env;    /* leads to the callbacks below, with the context as its cookie */
    int (*progress)(void *cookie, const char *stage, uint64_t done, uint64_t total);
    void *progress_cookie;
    void (*log)(void *cookie, enum isogloss_level level, const char *text);
    void *log_cookie;
    struct isg_error err;
    char message[1280];
};
/** Readies the context for a call: its threads, no old error. Where threads cannot be had it does without. */
struct isg_error *isg_library_begin(struct isogloss_context *c);
/** The status of a call, as the public one; keeps the message of a failure. */
enum isogloss_status isg_library_end(struct isogloss_context *c, enum isg_status status);
/** Copies a caller's option struct, whose size is its first member, over a zeroed one of n bytes. ISG_EUSAGE for size 0, and
 * where a field that this version does not know is not zero. given NULL = all zero. */
ISG_MUST_CHECK enum isg_status isg_library_options(void *to, size_t n, const void *given, struct isg_error *err);
/** ISG_EUSAGE for NULL and for "-": the library has no standard input and output. */
ISG_MUST_CHECK enum isg_status isg_library_path(const char *path, struct isg_error *err);
/** Index of a name in a NULL-terminated list; NULL gives 0. ISG_EUSAGE, which says what `option` can be. */
ISG_MUST_CHECK enum isg_status isg_library_choice(
    const char *name, const char *const *names, const char *option, int *index, struct isg_error *err);

struct isogloss_vectors {
    struct isg_vectors v;
    char *path; /* or NULL: from memory */
};
struct isogloss_map {
    struct isg_align_map *m;
};

#endif
