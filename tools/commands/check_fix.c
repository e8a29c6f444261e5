/* A repaired copy of labelled text. */
#include "tools/commands/check_fix.h"
#include "tools/commands/check_labelled.h"

#include <stdlib.h>
#include <string.h>

struct text {
    const char *s;
    size_t n;
};
struct fix {
    struct isg_findings *f;
    struct isg_writer *out;
    const struct isg_columns_reader *in;
    struct isg_columns columns;
    enum isg_scheme scheme;
    bool bilou; /* it writes L and U, not E and S */
    struct isg_strtab *types;
    struct isg_arena arena; /* of a sentence: new words and tags */
    ISG_ARRAY(struct text) words;
    ISG_ARRAY(struct text) tags;
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) ids;
    struct isg_spans spans;
};

static bool same(struct text a, const char *s, size_t n)
{
    return a.n == n && memcmp(a.s, s, n) == 0;
}

static char *copy(struct fix *x, size_t n)
{
    return isg_arena_alloc(&x->arena, n + 1, 1);
}

static enum isg_status fix_word(struct fix *x, struct text *word, uint64_t line, struct isg_error *err)
{
    size_t n, kept = 0;
    char *made = NULL;
    const char *const nfc = isg_utf8_nfc(word->s, word->n, &n, &made);
    char *const to = nfc ? copy(x, n) : NULL;
    if (!to) {
        isg_free(made);
        return isg_error_nomem(err, "a word");
    }
    bool blank = false;
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        const size_t length = isg_utf8_decode(nfc + at, n - at, &cp);
        if (isg_check_is_blank(cp))
            to[kept++] = '_';
        else
            memcpy(to + kept, nfc + at, length);
        kept += isg_check_is_blank(cp) ? 0 : length;
        blank |= isg_check_is_blank(cp);
        at += length;
    }
    isg_free(made);
    if (blank)
        isg_fixed(x->f, "blank-in-word", line, "\"%.*s\" for \"%.*s\"", (int)(kept < 60 ? kept : 60), to,
            (int)(word->n < 60 ? word->n : 60), word->s);
    else if (!same(*word, to, kept))
        isg_fixed(x->f, "not-nfc", line, "\"%.*s\" in NFC", (int)(kept < 60 ? kept : 60), to);
    *word = (struct text){to, kept};
    return ISG_OK;
}

/* LETTER-TYPE from LETTER_TYPE, TYPE-LETTER, TYPE_LETTER, and a small letter; NULL where it is none of these. */
static const char *reshape(struct fix *x, struct text tag)
{
    const bool front = tag.n > 2 && strchr("-_", tag.s[1]) && strchr("BIESMLUWbiesmluw", tag.s[0]);
    const bool back = tag.n > 2 && strchr("-_", tag.s[tag.n - 2]) && strchr("BIESMLUW", tag.s[tag.n - 1]);
    char *const to = front || back ? copy(x, tag.n) : NULL;
    if (!to)
        return NULL;
    to[0] = front ? tag.s[0] : tag.s[tag.n - 1];
    to[0] = to[0] >= 'a' ? (char)(to[0] - 32) : to[0];
    to[1] = '-';
    memcpy(to + 2, front ? tag.s + 2 : tag.s, tag.n - 2);
    to[tag.n] = 0;
    return to;
}

/* Letter and type of a tag, which may become another; letter 0 = malformed, or "?". */
static enum isg_status fix_tag(
    struct fix *x, struct text *tag, uint64_t line, char *letter, uint32_t *id, struct isg_error *err)
{
    const char *type;
    size_t type_n;
    *id = ISG_NO_ID;
    *letter = isg_tag_split(tag->s, tag->n, &type, &type_n);
    x->bilou |= *letter && strchr("LU", tag->s[0]);
    if (!*letter && same(*tag, "o", 1)) {
        *tag = (struct text){"O", 1};
        *letter = isg_tag_split(tag->s, tag->n, &type, &type_n);
        isg_fixed(x->f, "broken-tag", line, "O for o");
    } else if (!*letter) {
        const char *const better = reshape(x, *tag);
        if (better) {
            isg_fixed(x->f, "broken-tag", line, "%s for %.*s", better, (int)tag->n, tag->s);
            tag->s = better;
            *letter = isg_tag_split(tag->s, tag->n, &type, &type_n);
        }
    }
    return type_n && *letter ? isg_strtab_add(x->types, type, type_n, id, NULL, err) : ISG_OK;
}

static char as_written(const struct fix *x, char letter)
{
    if (x->scheme == ISG_BMES && letter == 'I')
        return 'M';
    return x->bilou && letter == 'E' ? 'L' : x->bilou && letter == 'S' ? 'U' : letter;
}

/* The entities of the sentence in the file's scheme. M, L, U and W stay where they are right: only other letters change. */
static enum isg_status fix_transitions(struct fix *x, const struct isg_block *b, struct isg_error *err)
{
    const size_t n = x->tags.n;
    if (memchr(x->letters.v, 0, n) || x->scheme == ISG_SCHEME_UNKNOWN || x->scheme == ISG_IO)
        return ISG_OK;
    ISG_TRY(isg_spans_from_tags(x->letters.v, x->ids.v, n, &x->spans, err));
    ISG_ARRAY(char) letters = {0};
    ISG_ARRAY(uint32_t) types = {0};
    bool memory = ISG_APPEND_ZEROS(letters, n) && ISG_APPEND_ZEROS(types, n);
    if (memory)
        isg_spans_to_tags(x->spans.v, x->spans.n, x->scheme == ISG_BMES ? ISG_BIOES : x->scheme, n, letters.v, types.v);
    for (size_t i = 0; memory && i < n; i++) {
        if (letters.v[i] == x->letters.v[i])
            continue;
        char *const to = copy(x, x->tags.v[i].n);
        memory = to != NULL;
        if (!to)
            continue;
        memcpy(to, x->tags.v[i].s, x->tags.v[i].n);
        to[0] = as_written(x, letters.v[i]);
        isg_fixed(x->f, "illegal-transition", b->lines.v[b->tokens.v[i]].number, "%.*s for %.*s in %s",
            (int)x->tags.v[i].n, to, (int)x->tags.v[i].n, x->tags.v[i].s, isg_scheme_name(x->scheme));
        x->tags.v[i].s = to;
    }
    ISG_ARRAY_FREE(letters);
    ISG_ARRAY_FREE(types);
    return memory ? ISG_OK : isg_error_nomem(err, "the tags of a sentence");
}

/* The token's line with its word and its tag (s NULL = none) replaced. */
static void write_token(const struct fix *x, const struct isg_line *line, struct text word, struct text tag)
{
    const struct isg_columns *const c = &x->columns;
    const int64_t n = line->n_fields, w = c->word < 0 ? n + c->word : c->word;
    const int64_t g = !tag.s ? -1 : c->tag < 0 ? n + c->tag : c->tag;
    uint32_t at = 0;
    if (line->bom)
        isg_writer_text(x->out, "\xef\xbb\xbf");
    for (uint32_t i = 0; i < line->n_fields; i++) {
        if (i != w && i != g)
            continue;
        isg_writer_write(x->out, line->text + at, line->fields[i].start - at);
        isg_writer_write(x->out, i == w ? word.s : tag.s, i == w ? word.n : tag.n);
        at = line->fields[i].start + line->fields[i].n;
    }
    isg_writer_write(x->out, line->text + at, line->n - at);
    isg_line_write_end(line, x->out);
}

static enum isg_status fix_block(struct fix *x, const struct isg_block *b, struct isg_error *err)
{
    x->words.n = x->tags.n = x->letters.n = x->ids.n = 0;
    for (size_t i = 0; i < b->tokens.n; i++) {
        struct text word, tag;
        char letter = 'O';
        uint32_t id = ISG_NO_ID;
        const uint64_t line = b->lines.v[b->tokens.v[i]].number;
        word.s = isg_block_word(x->in, b, i, &word.n);
        tag.s = isg_block_tag(x->in, b, i, &tag.n);
        ISG_TRY(fix_word(x, &word, line, err));
        if (tag.s)
            ISG_TRY(fix_tag(x, &tag, line, &letter, &id, err));
        if (!ISG_PUSH(x->words, word) || !ISG_PUSH(x->tags, tag) || !ISG_PUSH(x->letters, letter) ||
            !ISG_PUSH(x->ids, id))
            return isg_error_nomem(err, "a sentence");
    }
    if (b->tokens.n && x->tags.v[0].s)
        ISG_TRY(fix_transitions(x, b, err));
    for (size_t i = 0, token = 0; i < b->lines.n; i++) {
        if (token < b->tokens.n && b->tokens.v[token] == i) {
            write_token(x, &b->lines.v[i], x->words.v[token], x->tags.v[token]);
            token++;
        } else {
            isg_line_write(&b->lines.v[i], x->out);
        }
    }
    isg_arena_reset(&x->arena);
    return ISG_OK;
}

enum isg_status isg_fix_labelled(struct isg_findings *f, const char *path, struct isg_columns columns,
    enum isg_scheme scheme, struct isg_writer *out, struct isg_error *err)
{
    struct fix x = {.f = f, .out = out, .scheme = scheme, .types = isg_strtab_new()};
    struct isg_columns_reader *r = NULL;
    enum isg_status status = ISG_OK;
    columns.any_tag = true;
    if (!x.types) {
        status = isg_error_nomem(err, "the types");
        goto out;
    }
    ISG_GOTO(isg_columns_open(&r, path, columns, err));
    x.in = r;
    for (;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        x.columns = isg_columns_effective(r);
        ISG_GOTO(fix_block(&x, b, err));
        uint64_t done, total;
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(&f->app->env, "repairing", done, total, err));
    }
out:
    isg_columns_close(r);
    isg_strtab_free(x.types);
    isg_arena_fini(&x.arena);
    ISG_ARRAY_FREE(x.words);
    ISG_ARRAY_FREE(x.tags);
    ISG_ARRAY_FREE(x.letters);
    ISG_ARRAY_FREE(x.ids);
    isg_free(x.spans.v);
    return status;
}
