/* What a word or phrase may become. */
#include "translate/private.h"
#include <math.h>
#include <string.h>

static enum isg_policy policy_of(const struct isg_translator *t, const struct isg_tr_word *w)
{
    return t->policies[w->type];
}

static struct isg_tr_option copy_of(const struct isg_tr_word *w, enum isg_method method)
{
    return (struct isg_tr_option){.text = w->s, .n = w->n, .n_words = 1, .method = method, .fixed = true};
}

static uint32_t count_words(const char *s, size_t n)
{
    uint32_t words = n > 0;
    for (size_t i = 0; i < n; i++)
        words += s[i] == ' ';
    return words;
}

/** Entries of a lexicon for the phrase as options; tries the form given, then lower case. */
static size_t from_lexicon(const struct isg_lexicon *lex, const char *form, size_t n, const char *low,
    size_t low_n, enum isg_method method, struct isg_tr_option *out, size_t max)
{
    uint32_t id = isg_lexicon_find(lex, form, n);
    if (id == ISG_NO_ID)
        id = isg_lexicon_find(lex, low, low_n);
    if (id == ISG_NO_ID)
        return 0;
    struct isg_lexicon_entry e[64];
    size_t k = isg_lexicon_entries(lex, id, e, 64);
    if (k > 64)
        k = 64;
    if (k > max)
        k = max;
    for (size_t i = 0; i < k; i++) {
        size_t m;
        const char *text = isg_lexicon_target(lex, e[i].target, &m);
        out[i] = (struct isg_tr_option){.text = text,
            .n = (uint32_t)m,
            .n_words = count_words(text, m),
            .rank = (uint32_t)i + 1,
            .score = e[i].score,
            .method = method};
    }
    return k;
}

/** The words joined by blanks, as they are and in lower case, in the arena. */
static enum isg_status phrase(struct isg_translator *t, const struct isg_tr_word *w, uint32_t n,
    const char **form, size_t *form_n, const char **low, size_t *low_n, struct isg_error *err)
{
    size_t size = n;
    for (uint32_t i = 0; i < n; i++)
        size += w[i].n;
    char *buf = isg_arena_alloc(&t->arena, size, 1);
    if (!buf)
        return isg_error_nomem(err, "a phrase");
    size_t m = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            buf[m++] = ' ';
        memcpy(buf + m, w[i].s, w[i].n);
        m += w[i].n;
    }
    size_t k;
    char *made = isg_utf8_lower(buf, m, &k);
    char *kept = made ? isg_arena_alloc(&t->arena, k + 1, 1) : NULL;
    if (kept)
        memcpy(kept, made, k + 1);
    isg_free(made);
    if (!kept)
        return isg_error_nomem(err, "a phrase");
    *form = buf;
    *form_n = m;
    *low = kept;
    *low_n = k;
    return ISG_OK;
}

enum isg_status isg_tr_options(struct isg_translator *t, const struct isg_tr_sentence *s, uint32_t first,
    uint32_t n, struct isg_tr_option *out, size_t max, size_t *n_out, struct isg_error *err)
{
    const struct isg_tr_word *w = s->words + first;
    *n_out = 0;
    if (n == 1 && w->token_class) {
        out[(*n_out)++] = copy_of(w, ISG_BY_CLASS);
        return ISG_OK;
    }
    if (n == 1 && policy_of(t, w) == ISG_POLICY_COPY) {
        out[(*n_out)++] = copy_of(w, ISG_BY_POLICY);
        return ISG_OK;
    }
    const char *form = NULL, *low = NULL;
    size_t form_n = 0, low_n = 0, k = 0;
    ISG_TRY(phrase(t, w, n, &form, &form_n, &low, &low_n, err));
    if (t->parts.lexicon)
        k = from_lexicon(t->parts.lexicon, form, form_n, low, low_n, ISG_BY_LEXICON, out, max);
    if (k == 0 && n == 1 && t->parts.map)
        k = from_lexicon(t->parts.map, form, form_n, low, low_n, ISG_BY_MAP, out, max);
    if (k == 0 && n == 1)
        out[k++] = copy_of(w, ISG_BY_UNKNOWN);
    *n_out = k;
    return ISG_OK;
}
