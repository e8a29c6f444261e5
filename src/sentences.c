/* Plain text as words, line by line. */
#include "src/sentences.h"
#include "src/array.h"
#include "src/reader.h"
#include "src/utf8.h"

struct isg_sentences {
    struct isg_reader *reader;
    const char *path;
    struct isg_text_rule rule;
    struct isg_tokeniser *tokeniser;
    struct isg_tokens tokens;         /* of a line */
    ISG_ARRAY(struct isg_word) words; /* the same */
    ISG_ARRAY(char) low;              /* their lower-case forms, one after another */
    const char *text;
    size_t text_n;
    char *made; /* the line in NFC, where that is another */
};

enum isg_status isg_sentences_open(struct isg_sentences **out, const char *path, struct isg_text_rule rule,
    const struct isg_env *env, const char *stage, struct isg_error *err)
{
    *out = NULL;
    struct isg_sentences *s = isg_calloc(1, sizeof *s);
    if (!s)
        return isg_error_nomem(err, "a text");
    s->rule = rule;
    enum isg_status status = isg_reader_open(&s->reader, path, err);
    if (status == ISG_OK && !rule.tokenised)
        status = isg_tokeniser_new(&s->tokeniser, rule.patterns, err);
    if (status != ISG_OK) {
        isg_sentences_close(s);
        return status;
    }
    s->path = isg_reader_path(s->reader);
    s->rule.patterns = NULL;
    if (env)
        isg_reader_watch(s->reader, env, stage);
    *out = s;
    return ISG_OK;
}

void isg_sentences_close(struct isg_sentences *s)
{
    if (!s)
        return;
    isg_reader_close(s->reader);
    isg_tokeniser_free(s->tokeniser);
    ISG_ARRAY_FREE(s->tokens);
    ISG_ARRAY_FREE(s->words);
    ISG_ARRAY_FREE(s->low);
    isg_free(s->made);
    isg_free(s);
}

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
    isg_tokens_mark_starts(s, tokens);
    return true;
}

static bool lower_words(struct isg_sentences *s)
{
    s->low.n = 0;
    for (size_t i = 0; i < s->words.n; i++) {
        size_t n;
        char *const word = isg_utf8_lower(s->words.v[i].s, s->words.v[i].n, &n);
        const bool good = word && ISG_APPEND(s->low, word, n);
        isg_free(word);
        if (!good)
            return false;
        s->words.v[i].n = (uint32_t)n;
    }
    size_t at = 0;
    for (size_t i = 0; i < s->words.n; at += s->words.v[i++].n)
        s->words.v[i].s = s->low.v + at;
    return true;
}

static enum isg_status normalise(struct isg_sentences *s, struct isg_error *err)
{
    isg_free(s->made);
    s->made = NULL;
    if (!s->rule.nfc)
        return ISG_OK;
    const char *text = isg_utf8_nfc(s->text, s->text_n, &s->text_n, &s->made);
    if (!text)
        return isg_error_nomem(err, "a line of text");
    s->text = text;
    return ISG_OK;
}

enum isg_status isg_sentences_line(
    struct isg_sentences *s, const struct isg_word **words, size_t *n, struct isg_error *err)
{
    static const struct isg_word nothing;
    char *line;
    *words = NULL;
    *n = 0;
    ISG_TRY(isg_reader_line(s->reader, &line, &s->text_n, err));
    s->text = line;
    if (!line)
        return ISG_OK;
    if (s->text_n >= UINT32_MAX || isg_utf8_valid(line, s->text_n) != s->text_n)
        return isg_error_set(err, ISG_EDATA, s->path, isg_reader_lineno(s->reader),
            s->text_n >= UINT32_MAX ? "a line of 4 GiB or more" : "invalid UTF-8");
    ISG_TRY(normalise(s, err));
    if (!s->rule.tokenised)
        ISG_TRY(isg_tokenise(s->tokeniser, s->text, s->text_n, &s->tokens, err));
    else if (!split_at_spaces(s->text, s->text_n, &s->tokens))
        return isg_error_nomem(err, "the words of a line");
    s->words.n = 0;
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct isg_token *const k = &s->tokens.v[i];
        if (!ISG_PUSH(s->words, (struct isg_word){s->text + k->start, k->n, k->starts, k->ends}))
            return isg_error_nomem(err, "the words of a line");
    }
    if (s->rule.lower && !lower_words(s))
        return isg_error_nomem(err, "the words of a line");
    *words = s->words.n ? s->words.v : &nothing;
    *n = s->words.n;
    return ISG_OK;
}

const char *isg_sentences_text(const struct isg_sentences *s, size_t *n)
{
    *n = s->text_n;
    return s->text;
}

uint64_t isg_sentences_lineno(const struct isg_sentences *s)
{
    return isg_reader_lineno(s->reader);
}

bool isg_sentences_wait(const struct isg_sentences *s)
{
    return isg_reader_waits(s->reader);
}
