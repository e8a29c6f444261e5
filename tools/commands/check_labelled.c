/* Checks of labelled text: tags, transitions, words, sentences that stand twice. */
#include "tools/commands/findings.h"

#include <string.h>

enum { RARE = 20 }; /* entities of a type that are too few to learn it from */

struct place {
    const char *file;
    uint64_t line;
    uint32_t tags; /* id of all its tags in seen.tags */
};
struct isg_check_seen {
    struct isg_strtab *sentences, *tags, *types; /* types: of the first file, the training text */
    struct place *first;
    size_t cap;
    uint32_t files;
};

struct isg_check_seen *isg_check_seen_new(void)
{
    struct isg_check_seen *s = isg_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->sentences = isg_strtab_new();
    s->tags = isg_strtab_new();
    s->types = isg_strtab_new();
    if (s->sentences && s->tags && s->types)
        return s;
    isg_check_seen_free(s);
    return NULL;
}

void isg_check_seen_free(struct isg_check_seen *s)
{
    if (!s)
        return;
    isg_strtab_free(s->sentences);
    isg_strtab_free(s->tags);
    isg_strtab_free(s->types);
    isg_free(s->first);
    isg_free(s);
}

struct tag {
    const char *text, *type;
    size_t n, type_n;
    char letter; /* 'O', 'B', 'I', 'E', 'S', 0 = broken, or "?" */
};

static struct tag split(const char *text, size_t n)
{
    struct tag t = {.text = text, .n = n};
    t.letter = isg_tag_split(text, n, &t.type, &t.type_n);
    return t;
}

/* May `now` follow `before` (O at the edges of a sentence) in this scheme? */
static bool legal(enum isg_scheme scheme, struct tag before, struct tag now)
{
    if (!before.letter || !now.letter) /* next to "?" anything goes */
        return true;
    const bool same = before.letter != 'O' && now.letter != 'O' && before.type_n == now.type_n &&
                      memcmp(before.type, now.type, now.type_n) == 0;
    const bool open = before.letter == 'B' || before.letter == 'I', inside = now.letter == 'I';
    switch (scheme) {
    case ISG_IOB1:
        return now.letter != 'B' || same;
    case ISG_BIO:
        return !inside || same;
    case ISG_BIOES:
    case ISG_BMES:
        return inside || now.letter == 'E' ? open && same : !open;
    default:
        return true;
    }
}

struct check {
    struct isg_findings *f;
    struct isg_check_seen *seen;
    const char *path;
    struct isg_strtab *types;
    uint64_t *entities, *first_line; /* by type */
    size_t cap[6];
    uint64_t sentences, tokens, total, longest;
    enum isg_scheme scheme;
    char *words, *tags; /* of a sentence, in one string each */
    char *letters;
    uint32_t *ids;
    size_t n_words, n_tags;
    struct isg_span *spans;
};

static bool push(char **to, size_t *n, size_t *cap, const char *s, size_t len)
{
    if (!ISG_GROW(*to, *cap, *n + len + 1))
        return false;
    memcpy(*to + *n, s, len);
    (*to)[*n + len] = '\n';
    *n += len + 1;
    return true;
}

static void check_word(struct check *c, const char *word, size_t n, uint64_t line)
{
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        at += isg_utf8_decode(word + at, n - at, &cp);
        if (cp == ' ' || cp == 0xA0 || cp == 0x2028 || cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200B) || cp == 0xFEFF) {
            isg_found(c->f, false, "blank-in-word", line, "the word \"%.*s\" holds a blank (U+%04X)",
                (int)(n < 60 ? n : 60), word, (unsigned)cp);
            return;
        }
    }
}

/* A sentence that stood before, here or in another file. */
static enum isg_status check_repeat(struct check *c, uint64_t line, struct isg_error *err)
{
    struct isg_check_seen *s = c->seen;
    uint32_t id, tags;
    bool fresh;
    ISG_TRY(isg_strtab_add(s->tags, c->tags, c->n_tags, &tags, NULL, err));
    ISG_TRY(isg_strtab_add(s->sentences, c->words, c->n_words, &id, &fresh, err));
    if (fresh) {
        if (!ISG_GROW(s->first, s->cap, (size_t)id + 1))
            return isg_error_nomem(err, "the sentences");
        s->first[id] = (struct place){c->path, line, tags};
        return ISG_OK;
    }
    const struct place *p = &s->first[id];
    const bool here = p->file == c->path;
    if (p->tags != tags)
        isg_found(c->f, false, "labels-differ", line, "the sentence of %s:%llu with other labels", p->file,
            (unsigned long long)p->line);
    else
        isg_found(c->f, false, here ? "duplicate-sentence" : "overlap", line, "the sentence stands at %s:%llu already",
            p->file, (unsigned long long)p->line);
    return ISG_OK;
}

static enum isg_status check_block(
    struct check *c, const struct isg_columns_reader *r, const struct isg_block *b, struct isg_error *err)
{
    const size_t n = b->n_tokens;
    struct tag before = {.letter = 'O'};
    c->n_words = c->n_tags = 0;
    if (!ISG_GROW(c->letters, c->cap[2], n) || !ISG_GROW(c->ids, c->cap[3], n))
        return isg_error_nomem(err, "a sentence");
    for (size_t i = 0; i < n; i++) {
        const uint64_t line = b->lines[b->tokens[i]].number;
        size_t len;
        const char *text = isg_block_word(r, b, i, &len);
        check_word(c, text, len, line);
        if (!push(&c->words, &c->n_words, &c->cap[0], text, len))
            return isg_error_nomem(err, "a sentence");
        text = isg_block_tag(r, b, i, &len);
        struct tag now = split(text ? text : "", text ? len : 0);
        if (now.n == 1 && now.text[0] == '?') {
            isg_found(c->f, false, "open-tag", line, "? is a tag that is not known, for training text alone");
        } else if (!now.letter) {
            isg_found(c->f, true, "broken-tag", line, "\"%.*s\" is no tag: expected O, or B-TYPE and the like",
                (int)(now.n < 60 ? now.n : 60), now.text);
            now = (struct tag){.text = "O", .n = 1, .letter = 'O'};
        } else if (!legal(c->scheme, before, now)) {
            isg_found(c->f, false, "illegal-transition", line, "%.*s after %.*s in %s", (int)now.n, now.text,
                before.text ? (int)before.n : 18, before.text ? before.text : "the sentence start",
                isg_scheme_name(c->scheme));
        }
        if (!push(&c->tags, &c->n_tags, &c->cap[1], now.text, now.n))
            return isg_error_nomem(err, "a sentence");
        c->letters[i] = now.letter;
        c->ids[i] = ISG_NO_ID;
        if (now.letter && now.letter != 'O')
            ISG_TRY(isg_strtab_add(c->types, now.type, now.type_n, &c->ids[i], NULL, err));
        before = now;
    }
    const struct tag end = {.letter = 'O'};
    if ((c->scheme == ISG_BIOES || c->scheme == ISG_BMES) && !legal(c->scheme, before, end))
        isg_found(c->f, false, "illegal-transition", b->lines[b->tokens[n - 1]].number,
            "%.*s at the end of a sentence in %s", (int)before.n, before.text, isg_scheme_name(c->scheme));
    size_t n_spans;
    ISG_TRY(isg_spans_from_tags(c->letters, c->ids, n, &c->spans, &c->cap[4], &n_spans, err));
    const size_t n_types = isg_strtab_size(c->types), had = c->cap[5];
    if (!ISG_GROW(c->entities, c->cap[5], n_types + 1))
        return isg_error_nomem(err, "the types");
    if (c->cap[5] > had)
        memset(c->entities + had, 0, (c->cap[5] - had) * sizeof *c->entities);
    for (size_t i = 0; i < n_spans; i++)
        c->entities[c->spans[i].type]++;
    c->sentences++;
    c->tokens += n;
    c->total += n_spans;
    c->longest = n > c->longest ? n : c->longest;
    return check_repeat(c, b->lines[b->tokens[0]].number, err);
}

/* The scheme by a first pass over the file. */
static enum isg_status find_scheme(struct check *c, struct isg_columns columns, struct isg_error *err)
{
    struct isg_columns_reader *r;
    struct isg_scheme_vote vote = {0};
    ISG_TRY(isg_columns_open(&r, c->path, columns, err));
    enum isg_status status = ISG_OK;
    for (;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        const char *before = NULL;
        for (size_t i = 0, before_n = 0; i < b->n_tokens; i++) {
            size_t n;
            const char *tag = isg_block_tag(r, b, i, &n);
            if (tag)
                isg_scheme_see(&vote, tag, n, before, before_n);
            before = tag;
            before_n = tag ? n : 0;
        }
    }
    c->scheme = isg_scheme_verdict(&vote);
out:
    isg_columns_close(r);
    return status;
}

static enum isg_status check_types(struct check *c, json_t **figures, struct isg_error *err)
{
    json_t *types = json_object();
    for (uint32_t i = 0; i < isg_strtab_size(c->types); i++) {
        size_t n;
        const char *type = isg_strtab_get(c->types, i, &n);
        json_object_set_new(types, type, json_integer((json_int_t)c->entities[i]));
        if (c->entities[i] < RARE)
            isg_found(
                c->f, false, "rare-type", 0, "type %s: only %llu entities", type, (unsigned long long)c->entities[i]);
        if (c->seen->files > 0 && isg_strtab_find(c->seen->types, type, n) == ISG_NO_ID)
            isg_found(c->f, false, "unseen-type", 0, "type %s is not in the first file", type);
        uint32_t id;
        if (c->seen->files == 0) {
            const enum isg_status status = isg_strtab_add(c->seen->types, type, n, &id, NULL, err);
            if (status != ISG_OK) {
                json_decref(types);
                return status;
            }
        }
    }
    if (c->total == 0)
        isg_found(c->f, false, "no-entity", 0, "no entity at all");
    *figures = json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:o}", "kind", "labelled", "sentences",
        (json_int_t)c->sentences, "tokens", (json_int_t)c->tokens, "longest", (json_int_t)c->longest, "entities",
        (json_int_t)c->total, "scheme", isg_scheme_name(c->scheme), "types", types);
    return *figures ? ISG_OK : isg_error_nomem(err, "the figures");
}

enum isg_status isg_check_labelled(struct isg_findings *f, struct isg_check_seen *seen, const char *path,
    struct isg_columns columns, json_t **figures, struct isg_error *err)
{
    struct check c = {.f = f, .seen = seen, .path = path, .types = isg_strtab_new()};
    struct isg_columns_reader *r = NULL;
    enum isg_status status;
    if (!c.types)
        return isg_error_nomem(err, "the types");
    columns.any_tag = true;
    ISG_GOTO(find_scheme(&c, columns, err));
    ISG_GOTO(isg_columns_open(&r, path, columns, err));
    for (;;) {
        struct isg_block *b;
        uint64_t done, total;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        if (b->n_tokens > 0)
            ISG_GOTO(check_block(&c, r, b, err));
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(&f->app->env, "checking", done, total, err));
    }
    ISG_GOTO(check_types(&c, figures, err));
    seen->files++;
out:
    isg_columns_close(r);
    isg_strtab_free(c.types);
    isg_free(c.entities);
    isg_free(c.words);
    isg_free(c.tags);
    isg_free(c.letters);
    isg_free(c.ids);
    isg_free(c.spans);
    return status;
}
