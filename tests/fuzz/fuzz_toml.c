/* Project files: the tree of what is let in is whole, and refusals name a line. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check(const struct isg_toml *node, unsigned depth)
{
    FUZZ_CHECK(depth < 1000);
    FUZZ_CHECK(node->n_items == 0 || node->kind == ISG_TOML_ARRAY || node->kind == ISG_TOML_TABLE);
    for (size_t i = 0; i < node->n_items; i++) {
        const struct isg_toml *item = &node->items[i];
        if (node->kind == ISG_TOML_TABLE)
            FUZZ_CHECK(item->key && isg_toml_find(node, item->key) == item);
        if (item->kind != ISG_TOML_ARRAY && item->kind != ISG_TOML_TABLE)
            FUZZ_CHECK(item->text && isg_utf8_valid(item->text, strlen(item->text)) == strlen(item->text));
        check(item, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct isg_toml_file f = {0};
    struct isg_error err = {0};
    const enum isg_status status = isg_toml_load(&f, fuzz_file(data, n), &err);
    if (status != ISG_OK) {
        fuzz_check_refusal(status, &err);
        /* what is no text as a whole is refused without a line */
        FUZZ_CHECK(err.line > 0 || status == ISG_ENOMEM || strstr(err.found, "UTF-16") || strstr(err.found, "HTML"));
        return 0;
    }
    check(&f.root, 0);
    isg_toml_fini(&f);
    return 0;
}
