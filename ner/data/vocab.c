/* A vocabulary and how words are looked up in it. */
#include "ner/data/vocab.h"

#include <string.h>

void isg_ner_vocab_fini(struct isg_ner_vocab *v)
{
    isg_strtab_free(v->words);
    isg_strtab_free(v->chars);
    isg_strtab_free(v->labels);
    isg_ner_features_fini(&v->features);
    memset(v, 0, sizeof *v);
}

static void zero_digits(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] >= '1' && s[i] <= '9')
            s[i] = '0';
}

char *isg_ner_normal_form(const char *form, size_t n, size_t *out_n)
{
    char *const lower = isg_utf8_lower(form, n, out_n);
    if (lower)
        zero_digits(lower, *out_n);
    return lower;
}

enum isg_status isg_ner_find_word(
    const struct isg_strtab *words, const char *form, size_t n, uint32_t *id, struct isg_error *err)
{
    *id = isg_strtab_find(words, form, n);
    if (*id != ISG_NO_ID)
        return ISG_OK;
    size_t len;
    char *const lower = isg_utf8_lower(form, n, &len);
    if (!lower)
        return isg_error_nomem(err, "a word");
    *id = isg_strtab_find(words, lower, len);
    if (*id == ISG_NO_ID) {
        zero_digits(lower, len);
        *id = isg_strtab_find(words, lower, len);
    }
    isg_free(lower);
    return ISG_OK;
}

enum isg_status isg_ner_vocab_word(
    const struct isg_ner_vocab *v, const char *form, size_t n, uint32_t *row, struct isg_error *err)
{
    ISG_TRY(isg_ner_find_word(v->words, form, n, row, err));
    if (*row == ISG_NO_ID)
        *row = 0;
    return ISG_OK;
}
