/* Plain text as sentences of words, and perplexity on it. */
#include "translate/lm/text.h"
#include "translate/lm/private.h"
#include <math.h>
#include <string.h>

struct text {
    const char *path;
    struct isg_lm_text how;
    struct isg_tokeniser *tokeniser;
    struct isg_tokens tokens;             /* of a line */
    ISG_ARRAY(struct isg_lm_token) words; /* the same */
    ISG_ARRAY(char) low;                  /* their lower-case forms, one after another */
};

static bool split_at_spaces(const char *s, size_t n, struct isg_tokens *tokens)
{
    tokens->n = 0;
    for (size_t i = 0; i < n;) {
        while (i < n && (s[i] == ' ' || s[i] == '\t'))
            i++;
        const size_t start = i;
        while (i < n && s[i] != ' ' && s[i] != '\t')
            i++;
        if (i > start && !ISG_PUSH(*tokens, (struct isg_token){.start = (uint32_t)start, .n = (uint32_t)(i - start)}))
            return false;
    }
    if (tokens->n > 0)
        tokens->v[tokens->n - 1].ends = true;
    return true;
}

static bool lower_words(struct text *t)
{
    t->low.n = 0;
    for (size_t i = 0; i < t->words.n; i++) {
        size_t n;
        char *const word = isg_utf8_lower(t->words.v[i].s, t->words.v[i].n, &n);
        const bool good = word && ISG_APPEND(t->low, word, n);
        isg_free(word);
        if (!good)
            return false;
        t->words.v[i].n = n;
    }
    size_t at = 0;
    for (size_t i = 0; i < t->words.n; at += t->words.v[i++].n)
        t->words.v[i].s = t->low.v + at;
    return true;
}

static enum isg_status read_line(
    struct text *t, const char *s, size_t n, uint64_t line, isg_lm_each *each, void *cookie, struct isg_error *err)
{
    if (n >= UINT32_MAX || isg_utf8_valid(s, n) != n)
        return isg_error_set(
            err, ISG_EDATA, t->path, line, n >= UINT32_MAX ? "a line of 4 GiB or more" : "invalid UTF-8");
    if (!t->how.tokenised)
        ISG_TRY(isg_tokenise(t->tokeniser, s, n, &t->tokens, err));
    else if (!split_at_spaces(s, n, &t->tokens))
        return isg_error_nomem(err, "the words of a line");
    t->words.n = 0;
    for (size_t i = 0; i < t->tokens.n; i++)
        if (!ISG_PUSH(t->words, (struct isg_lm_token){s + t->tokens.v[i].start, t->tokens.v[i].n}))
            return isg_error_nomem(err, "the words of a line");
    if (t->how.lower && !lower_words(t))
        return isg_error_nomem(err, "the words of a line");
    for (size_t i = 0, start = 0; i < t->tokens.n; i++)
        if (t->tokens.v[i].ends) {
            ISG_TRY(each(cookie, t->words.v + start, i + 1 - start, err));
            start = i + 1;
        }
    return ISG_OK;
}

enum isg_status isg_lm_sentences(const char *path, struct isg_lm_text how, isg_lm_each *each, void *cookie,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_reader *r;
    struct text t = {.path = path, .how = how};
    ISG_TRY(isg_reader_open(&r, path, err));
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_tokeniser_new(&t.tokeniser, NULL, err));
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        if (env && isg_reader_lineno(r) % 4096 == 0) {
            uint64_t done, total;
            isg_reader_position(r, &done, &total);
            ISG_GOTO(isg_progress(env, "reading text", done, total, err));
        }
        ISG_GOTO(read_line(&t, line, n, isg_reader_lineno(r), each, cookie, err));
    }
out:
    isg_tokeniser_free(t.tokeniser);
    ISG_ARRAY_FREE(t.tokens);
    ISG_ARRAY_FREE(t.words);
    ISG_ARRAY_FREE(t.low);
    isg_reader_close(r);
    return status;
}

struct measure {
    const struct isg_lm *lm;
    struct isg_lm_perplexity *out;
};

static enum isg_status measure_sentence(void *cookie, const struct isg_lm_token *words, size_t n, struct isg_error *err)
{
    (void)err;
    struct measure *m = cookie;
    struct isg_lm_state s;
    isg_lm_begin(m->lm, &s);
    for (size_t i = 0; i <= n; i++) {
        const uint32_t id = i < n ? isg_lm_word(m->lm, words[i].s, words[i].n) : ISG_LM_END;
        const double p = (double)isg_lm_score(m->lm, &s, id, &s);
        m->out->tokens++;
        m->out->log10_all += p;
        if (id == ISG_LM_UNK)
            m->out->oov++;
        else
            m->out->log10_known += p;
    }
    m->out->sentences++;
    return ISG_OK;
}

enum isg_status isg_lm_measure(
    const struct isg_lm *lm, const char *path, bool tokenised, struct isg_lm_perplexity *out, struct isg_error *err)
{
    struct measure m = {lm, out};
    *out = (struct isg_lm_perplexity){0};
    ISG_TRY(isg_lm_sentences(path, (struct isg_lm_text){tokenised, lm->lower}, measure_sentence, &m, NULL, err));
    if (out->tokens == 0)
        return isg_error_set(err, ISG_EDATA, path, 0, "a text without words");
    out->all = pow(10.0, -out->log10_all / (double)out->tokens);
    out->known = pow(10.0, -out->log10_known / (double)(out->tokens - out->oov));
    return ISG_OK;
}
