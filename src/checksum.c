/* Checksums by XXH3. */
#include "src/checksum.h"

#include "src/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <xxhash.h>

enum isg_status isg_file_checksum(const char *path, char out[17], struct isg_error *err)
{
    enum { STEP = 1 << 20 };
    out[0] = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return isg_error_errno(err, path, "cannot open");
    XXH3_state_t *state = XXH3_createState();
    char *buf = isg_malloc(STEP, 1);
    enum isg_status status = ISG_OK;
    if (!state || !buf || XXH3_64bits_reset(state) != XXH_OK) {
        status = isg_error_nomem(err, "a checksum");
        goto out;
    }
    for (;;) {
        const ssize_t got = read(fd, buf, STEP);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            status = isg_error_errno(err, path, "cannot read");
            goto out;
        }
        if (got == 0)
            break;
        XXH3_64bits_update(state, buf, (size_t)got);
    }
    snprintf(out, 17, "%016llx", (unsigned long long)XXH3_64bits_digest(state));
out:
    XXH3_freeState(state);
    isg_free(buf);
    close(fd);
    return status;
}

uint64_t isg_checksum(const void *data, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, n, seed);
}
