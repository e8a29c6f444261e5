/* Plain text as sentences of words, and perplexity on it. */
#include "translate/lm/text.h"
#include "translate/lm/lm.h"
#include <math.h>
#include <string.h>

enum isg_status isg_lm_sentences(const char *path, struct isg_lm_text how, isg_lm_each *each, void *cookie,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, path, err));
    struct isg_tr_token *tokens = NULL;
    size_t cap = 0, n_tokens;
    char *low = NULL;
    enum isg_status status = ISG_OK;
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        if (isg_utf8_valid(line, n) != n) {
            status = isg_error_set(err, ISG_EDATA, path, isg_reader_lineno(r), "invalid UTF-8");
            goto out;
        }
        if (env && isg_reader_lineno(r) % 4096 == 0) {
            uint64_t done, total;
            isg_reader_position(r, &done, &total);
            ISG_GOTO(isg_progress(env, "reading text", done, total, err));
        }
        const char *s = line;
        /* sentences are found by their capitals, so the text is lower-cased after it was cut */
        if (how.tokenised) {
            n_tokens = 0;
            for (size_t i = 0; i < n;) {
                while (i < n && (s[i] == ' ' || s[i] == '\t'))
                    i++;
                const size_t start = i;
                while (i < n && s[i] != ' ' && s[i] != '\t')
                    i++;
                if (i == start)
                    break;
                if (!ISG_GROW(tokens, cap, n_tokens + 1)) {
                    status = isg_error_nomem(err, "the words of a line");
                    goto out;
                }
                tokens[n_tokens++] = (struct isg_tr_token){.s = s + start, .n = (uint32_t)(i - start)};
            }
            if (n_tokens > 0)
                tokens[n_tokens - 1].ends = true;
        } else {
            ISG_GOTO(isg_split_text(s, n, &tokens, &cap, &n_tokens, err));
        }
        if (how.lower) {
            isg_free(low);
            /* each word becomes as many bytes or others: lower the whole line word by word into one buffer */
            size_t size = 0, cap_low = 0;
            low = NULL;
            for (size_t i = 0; i < n_tokens; i++) {
                size_t m;
                char *w = isg_utf8_lower(tokens[i].s, tokens[i].n, &m);
                if (!w || !ISG_GROW(low, cap_low, size + m + 1)) {
                    isg_free(w);
                    status = isg_error_nomem(err, "the words of a line");
                    goto out;
                }
                memcpy(low + size, w, m);
                isg_free(w);
                tokens[i].n = (uint32_t)m;
                size += m;
            }
            size = 0;
            for (size_t i = 0; i < n_tokens; i++) {
                tokens[i].s = low + size;
                size += tokens[i].n;
            }
        }
        for (size_t i = 0, start = 0; i < n_tokens; i++)
            if (tokens[i].ends) {
                ISG_GOTO(each(cookie, tokens + start, i + 1 - start, err));
                start = i + 1;
            }
    }
out:
    isg_free(low);
    isg_free(tokens);
    isg_reader_close(r);
    return status;
}

struct measure {
    const struct isg_lm *lm;
    struct isg_lm_perplexity *out;
};

static enum isg_status measure_sentence(void *cookie, const struct isg_tr_token *words, size_t n, struct isg_error *err)
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
        return isg_error_set(err, ISG_EDATA, path, 0, "a text without a word");
    out->all = pow(10.0, -out->log10_all / (double)out->tokens);
    out->known = pow(10.0, -out->log10_known / (double)(out->tokens - out->oov));
    return ISG_OK;
}
