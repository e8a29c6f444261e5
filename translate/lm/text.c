/* Plain text as sentences of words, and perplexity on it. */
#include "translate/lm/text.h"
#include "translate/lm/private.h"
#include <math.h>
#include <string.h>

enum isg_status isg_lm_sentences(const char *path, struct isg_text_rule how, isg_lm_each *each, void *cookie,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_sentences *text;
    ISG_TRY(isg_sentences_open(&text, path, how, env, "reading text", err));
    enum isg_status status = ISG_OK;
    for (;;) {
        const struct isg_word *words;
        size_t n;
        ISG_GOTO(isg_sentences_line(text, &words, &n, err));
        if (!words)
            break;
        for (size_t i = 0, start = 0; i < n; i++)
            if (words[i].ends) {
                ISG_GOTO(each(cookie, words + start, i + 1 - start, err));
                start = i + 1;
            }
    }
out:
    isg_sentences_close(text);
    return status;
}

struct measure {
    const struct isg_lm *lm;
    struct isg_lm_perplexity *out;
};

static enum isg_status measure_sentence(void *cookie, const struct isg_word *words, size_t n, struct isg_error *err)
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
    ISG_TRY(isg_lm_sentences(
        path, (struct isg_text_rule){.tokenised = tokenised, .lower = lm->lower}, measure_sentence, &m, NULL, err));
    if (out->tokens == 0)
        return isg_error_set(err, ISG_EDATA, path, 0, "a text without words");
    out->all = pow(10.0, -out->log10_all / (double)out->tokens);
    out->known = pow(10.0, -out->log10_known / (double)(out->tokens - out->oov));
    return ISG_OK;
}
