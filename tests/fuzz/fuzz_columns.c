/* Labelled columns: fields lie in their lines, tags give spans that do not overlap and can be written again. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_tags(const struct isg_columns_reader *r, const struct isg_block *b)
{
    struct isg_error err = {0};
    const size_t n = b->tokens.n;
    char *letters = isg_malloc(n, 1), *again = isg_malloc(n, 1);
    uint32_t *types = isg_malloc(n, sizeof *types), *types_again = isg_malloc(n, sizeof *types);
    struct isg_strtab *names = isg_strtab_new();
    struct isg_scheme_vote vote = {0};
    FUZZ_CHECK(letters && again && types && types_again && names);
    const char *previous = "O";
    size_t previous_n = 1;
    for (size_t i = 0; i < n; i++) {
        size_t length = 0, type_n = 0;
        const char *type = NULL, *tag = isg_block_tag(r, b, i, &length);
        FUZZ_CHECK(tag);
        letters[i] = isg_tag_split(tag, length, &type, &type_n);
        FUZZ_CHECK(isg_strtab_add(names, type, type_n, &types[i], NULL, &err) == ISG_OK);
        isg_scheme_see(&vote, tag, length, previous, previous_n);
        previous = tag;
        previous_n = length;
    }
    FUZZ_CHECK(isg_scheme_name(isg_scheme_verdict(&vote)));
    struct isg_spans spans = {0}, spans_again = {0};
    FUZZ_CHECK(isg_spans_from_tags(letters, types, n, &spans, &err) == ISG_OK);
    size_t end = 0;
    for (size_t i = 0; i < spans.n; i++) {
        FUZZ_CHECK(spans.v[i].first >= end && spans.v[i].n > 0);
        end = (size_t)spans.v[i].first + spans.v[i].n;
    }
    FUZZ_CHECK(end <= n);
    static const enum isg_scheme schemes[] = {ISG_BIO, ISG_BIOES, ISG_IOB1};
    for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++) {
        isg_spans_to_tags(spans.v, spans.n, schemes[s], n, again, types_again);
        FUZZ_CHECK(isg_spans_from_tags(again, types_again, n, &spans_again, &err) == ISG_OK);
        FUZZ_CHECK(spans_again.n == spans.n);
        for (size_t i = 0; i < spans.n; i++)
            FUZZ_CHECK(spans.v[i].first == spans_again.v[i].first && spans.v[i].n == spans_again.v[i].n &&
                       spans.v[i].type == spans_again.v[i].type);
    }
    ISG_ARRAY_FREE(spans);
    ISG_ARRAY_FREE(spans_again);
    isg_free(letters);
    isg_free(again);
    isg_free(types);
    isg_free(types_again);
    isg_strtab_free(names);
}

static void read_all(const char *path, struct isg_columns columns)
{
    struct isg_columns_reader *r = NULL;
    struct isg_error err = {0};
    struct isg_block *b = NULL;
    enum isg_status status = isg_columns_open(&r, path, columns, &err);
    while (status == ISG_OK && (status = isg_columns_next(r, &b, &err)) == ISG_OK && b) {
        for (size_t i = 0; i < b->lines.n; i++) {
            const struct isg_line *line = &b->lines.v[i];
            FUZZ_CHECK(line->text[line->n] == 0);
            for (uint32_t k = 0; k < line->n_fields; k++)
                FUZZ_CHECK(line->fields[k].start <= line->n && line->fields[k].n <= line->n - line->fields[k].start);
        }
        for (size_t i = 0; i < b->tokens.n; i++) {
            size_t length = 0;
            FUZZ_CHECK(b->tokens.v[i] < b->lines.n && isg_block_word(r, b, i, &length));
        }
        /* CoNLL-U without tags in its last column has none, whatever was asked for */
        if (b->tokens.n && isg_columns_effective(r).tag != ISG_NO_COLUMN)
            check_tags(r, b);
    }
    if (status != ISG_OK)
        fuzz_check_refusal(status, &err);
    isg_columns_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *path = fuzz_file(data, n);
    read_all(path, ISG_COLUMNS_DEFAULT);
    read_all(path, (struct isg_columns){.word = 1, .tag = ISG_NO_COLUMN, .separator = '\t'});
    return 0;
}
