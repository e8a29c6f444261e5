/* Encodes word forms: row of the vocabulary, shape, characters. */
#include "ner/data/forms.h"

#include <string.h>

/* 5 casings x (no, some, only digits) x (no, some punctuation). */
static uint32_t shape_of(const char *form, size_t n)
{
    uint32_t digits = 0, punct = 0, length = 0;
    for (size_t at = 0; at < n; length++) {
        uint32_t cp;
        at += isg_utf8_decode(form + at, n - at, &cp);
        digits += isg_utf8_is_digit(cp);
        punct += isg_utf8_is_punct(cp);
    }
    const uint32_t digit_kind = digits == 0 ? 0 : digits + punct == length ? 2 : 1;
    return ((uint32_t)isg_utf8_case(form, n) * 3 + digit_kind) * 2 + (punct > 0);
}

enum isg_status isg_ner_forms_init(struct isg_ner_forms *f, const struct isg_ner_vocab *vocab, struct isg_error *err)
{
    *f = (struct isg_ner_forms){.vocab = vocab, .index = isg_strtab_new()};
    if (!f->index || !ISG_RESERVE(f->char_offset, 1)) {
        isg_ner_forms_fini(f);
        return isg_error_nomem(err, "word forms");
    }
    f->char_offset.v[0] = 0;
    return ISG_OK;
}

void isg_ner_forms_fini(struct isg_ner_forms *f)
{
    isg_strtab_free(f->index);
    isg_free(f->word.v);
    isg_free(f->shape.v);
    isg_free(f->char_offset.v);
    isg_free(f->chars.v);
    memset(f, 0, sizeof *f);
}

enum isg_status isg_ner_forms_add(
    struct isg_ner_forms *f, const char *form, size_t n, uint32_t *id, struct isg_error *err)
{
    bool is_new;
    ISG_TRY(isg_strtab_add(f->index, form, n, id, &is_new, err));
    if (!is_new)
        return ISG_OK;
    form = isg_strtab_key(f->index, *id, &n);
    const size_t k = *id;
    const size_t from = f->char_offset.v[k];
    if (!ISG_RESERVE(f->word, k + 1) || !ISG_RESERVE(f->shape, k + 1) || !ISG_RESERVE(f->char_offset, k + 2) ||
        !ISG_RESERVE(f->chars, from + n))
        return isg_error_nomem(err, "word forms");
    ISG_TRY(isg_ner_vocab_word(f->vocab, form, n, &f->word.v[k], err));
    f->shape.v[k] = shape_of(form, n);
    size_t to = from;
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        const size_t len = isg_utf8_decode(form + at, n - at, &cp);
        const uint32_t c = isg_strtab_find(f->vocab->chars, form + at, len);
        f->chars.v[to++] = c == ISG_NO_ID ? 0 : c;
        at += len;
    }
    if (to > UINT32_MAX)
        return isg_error_set(err, ISG_ENOMEM, NULL, 0, "more than 4,294,967,295 characters in distinct words");
    f->char_offset.v[k + 1] = (uint32_t)to;
    return ISG_OK;
}

enum isg_status isg_ner_forms_of_corpus(
    struct isg_ner_forms *f, const struct isg_ner_corpus *corpus, uint32_t **map, struct isg_error *err)
{
    const uint32_t n = isg_strtab_size(corpus->forms);
    *map = isg_malloc((size_t)n + 1, sizeof **map);
    if (!*map)
        return isg_error_nomem(err, "word forms");
    for (uint32_t i = 0; i < n; i++) {
        size_t len;
        const char *form = isg_strtab_get(corpus->forms, i, &len);
        const enum isg_status status = isg_ner_forms_add(f, form, len, &(*map)[i], err);
        if (status != ISG_OK) {
            isg_free(*map);
            *map = NULL;
            return status;
        }
    }
    return ISG_OK;
}
