/* Checks of labelled text, in one pass. */
#include "tools/commands/check_labelled.h"

#include <string.h>

enum { RARE = 20 }; /* entities of a type that are too few to learn it from */

struct place {
    const char *file;
    uint64_t line;
    uint32_t tags; /* id of all its tags in seen.tags */
};
struct isg_check_seen {
    struct isg_strtab *sentences, *tags, *types; /* types: of the first file, the training text */
    ISG_ARRAY(struct place) first;               /* by sentence */
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
    ISG_ARRAY_FREE(s->first);
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

/* Tags that may not follow each other in a scheme; which scheme it is shows at the end of the file. */
struct transition {
    uint64_t line;
    uint32_t before, now; /* ids in check.tags; ISG_NO_ID = the start or end of a sentence */
};
static const enum isg_scheme schemes[] = {ISG_IOB1, ISG_BIO, ISG_BIOES}; /* BMES has the rules of BIOES */
enum { N_SCHEMES = sizeof schemes / sizeof *schemes };

struct check {
    struct isg_findings *f;
    struct isg_check_seen *seen;
    const char *path;
    uint32_t width; /* columns of the first token line */
    struct isg_strtab *types, *tags;
    ISG_ARRAY(uint64_t) entities; /* by type */
    uint64_t sentences, tokens, total, longest;
    struct isg_scheme_vote vote;
    ISG_ARRAY(struct transition) illegal[N_SCHEMES];
    uint64_t first_nfc, first_other; /* lines of the first words with letters beyond ASCII, in NFC and not */
    uint64_t not_nfc;
    /* of a sentence */
    ISG_ARRAY(char) words; /* one after another, a line each */
    ISG_ARRAY(char) all_tags;
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) ids;
    struct isg_spans spans;
};

bool isg_check_is_blank(uint32_t cp)
{
    return cp == ' ' || cp == 0xA0 || cp == 0x2028 || cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200B) || cp == 0xFEFF;
}

static void check_word(struct check *c, const char *word, size_t n, uint64_t line)
{
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        at += isg_utf8_decode(word + at, n - at, &cp);
        if (isg_check_is_blank(cp)) {
            isg_found(c->f, false, "blank-in-word", line, "the word \"%.*s\" contains whitespace (U+%04X)",
                (int)(n < 60 ? n : 60), word, (unsigned)cp);
            break;
        }
    }
    if (!isg_utf8_is_nfc(word, n)) {
        c->not_nfc++;
        c->first_other = c->first_other ? c->first_other : line;
    } else if (!c->first_nfc) {
        size_t m;
        char *const made = isg_utf8_nfd(word, n, &m);
        c->first_nfc = made && (m != n || memcmp(made, word, n) != 0) ? line : 0;
        isg_free(made);
    }
}

/* A sentence that was seen before, here or in another file. */
static enum isg_status check_repeat(struct check *c, uint64_t line, struct isg_error *err)
{
    struct isg_check_seen *s = c->seen;
    uint32_t id, tags;
    bool fresh;
    ISG_TRY(isg_strtab_add(s->tags, c->all_tags.v, c->all_tags.n, &tags, NULL, err));
    ISG_TRY(isg_strtab_add(s->sentences, c->words.v, c->words.n, &id, &fresh, err));
    if (fresh)
        return ISG_PUSH(s->first, (struct place){c->path, line, tags}) ? ISG_OK : isg_error_nomem(err, "the sentences");
    const struct place *p = &s->first.v[id];
    const bool here = p->file == c->path;
    if (p->tags != tags)
        isg_found(c->f, false, "labels-differ", line, "the sentence at %s:%llu with other labels", p->file,
            (unsigned long long)p->line);
    else
        isg_found(c->f, false, here ? "duplicate-sentence" : "overlap", line, "same sentence as at %s:%llu", p->file,
            (unsigned long long)p->line);
    return ISG_OK;
}

static struct tag tag_by_id(const struct check *c, uint32_t id)
{
    if (id == ISG_NO_ID)
        return (struct tag){.letter = 'O'};
    size_t n;
    const char *const text = isg_strtab_get(c->tags, id, &n);
    return split(text, n);
}

/* Notes in which schemes `now` may not follow `before`. */
static enum isg_status check_transition(
    struct check *c, uint32_t before, uint32_t now, uint64_t line, struct isg_error *err)
{
    for (int k = 0; k < N_SCHEMES; k++)
        if ((now != ISG_NO_ID || schemes[k] == ISG_BIOES) &&
            !legal(schemes[k], tag_by_id(c, before), tag_by_id(c, now)) &&
            !ISG_PUSH(c->illegal[k], (struct transition){line, before, now}))
            return isg_error_nomem(err, "the tags");
    return ISG_OK;
}

/* A tag; *id = its place in c->tags, a malformed one being O. */
static enum isg_status check_tag(
    struct check *c, const char *text, size_t n, uint64_t line, uint32_t *id, struct isg_error *err)
{
    struct tag tag = split(text, n);
    if (n == 1 && text[0] == '?') {
        isg_found(c->f, false, "open-tag", line, "the tag ? (unknown) is for training text only");
    } else if (!tag.letter) {
        isg_found(c->f, true, "broken-tag", line,
            "malformed tag \"%.*s\"; expected O, B-TYPE or I-TYPE (or E-, S-, M-)", (int)(n < 60 ? n : 60), text);
        tag = split("O", 1);
    }
    uint32_t type = ISG_NO_ID;
    if (tag.type_n > 0)
        ISG_TRY(isg_strtab_add(c->types, tag.type, tag.type_n, &type, NULL, err));
    if (!ISG_APPEND(c->all_tags, tag.text, tag.n) || !ISG_PUSH(c->all_tags, '\n') ||
        !ISG_PUSH(c->letters, tag.letter) || !ISG_PUSH(c->ids, type))
        return isg_error_nomem(err, "a sentence");
    return isg_strtab_add(c->tags, tag.text, tag.n, id, NULL, err);
}

static enum isg_status check_token(struct check *c, const struct isg_columns_reader *r, const struct isg_block *b,
    size_t i, uint32_t *before, struct isg_error *err)
{
    const struct isg_line *const line = &b->lines.v[b->tokens.v[i]];
    size_t n, last_n = 0;
    if (line->n_fields != c->width)
        isg_found(c->f, false, "columns-vary", line->number, "%llu %s%s where the first token line has %u",
            ISG_COUNT(line->n_fields, "column"), (unsigned)c->width);
    const char *text = isg_block_word(r, b, i, &n);
    check_word(c, text, n, line->number);
    if (!ISG_APPEND(c->words, text, n) || !ISG_PUSH(c->words, '\n'))
        return isg_error_nomem(err, "a sentence");
    text = isg_block_tag(r, b, i, &n);
    if (!text) {
        text = "O";
        n = 1;
    }
    const char *const last = *before == ISG_NO_ID ? NULL : isg_strtab_get(c->tags, *before, &last_n);
    isg_scheme_see(&c->vote, text, n, last, last_n);
    uint32_t now;
    ISG_TRY(check_tag(c, text, n, line->number, &now, err));
    ISG_TRY(check_transition(c, *before, now, line->number, err));
    *before = now;
    return ISG_OK;
}

static enum isg_status check_block(
    struct check *c, const struct isg_columns_reader *r, const struct isg_block *b, struct isg_error *err)
{
    const size_t n = b->tokens.n;
    uint32_t before = ISG_NO_ID;
    c->words.n = c->all_tags.n = c->letters.n = c->ids.n = 0;
    c->width = c->width ? c->width : isg_columns_width(r);
    for (size_t i = 0; i < n; i++)
        ISG_TRY(check_token(c, r, b, i, &before, err));
    ISG_TRY(check_transition(c, before, ISG_NO_ID, b->lines.v[b->tokens.v[n - 1]].number, err));
    ISG_TRY(isg_spans_from_tags(c->letters.v, c->ids.v, n, &c->spans, err));
    const size_t n_types = isg_strtab_size(c->types);
    if (n_types > c->entities.n && !ISG_APPEND_ZEROS(c->entities, n_types - c->entities.n))
        return isg_error_nomem(err, "the types");
    for (size_t i = 0; i < c->spans.n; i++)
        c->entities.v[c->spans.v[i].type]++;
    c->sentences++;
    c->tokens += n;
    c->total += c->spans.n;
    c->longest = n > c->longest ? n : c->longest;
    return check_repeat(c, b->lines.v[b->tokens.v[0]].number, err);
}

static void report_transitions(const struct check *c, enum isg_scheme scheme)
{
    for (int k = 0; k < N_SCHEMES; k++)
        if (schemes[k] == (scheme == ISG_BMES ? ISG_BIOES : scheme))
            for (size_t i = 0; i < c->illegal[k].n; i++) {
                const struct transition t = c->illegal[k].v[i];
                const struct tag before = tag_by_id(c, t.before), now = tag_by_id(c, t.now);
                if (t.now == ISG_NO_ID)
                    isg_found(c->f, false, "illegal-transition", t.line, "%.*s at the end of a sentence in %s",
                        (int)before.n, before.text, isg_scheme_name(scheme));
                else
                    isg_found(c->f, false, "illegal-transition", t.line, "%.*s after %.*s in %s", (int)now.n, now.text,
                        before.text ? (int)before.n : 18, before.text ? before.text : "the sentence start",
                        isg_scheme_name(scheme));
            }
}

static void report_forms(const struct check *c)
{
    if (c->not_nfc && c->first_nfc)
        isg_found(c->f, false, "mixed-forms", c->first_other,
            "%llu %s%s not in NFC, others (line %llu) are; they are compared in NFC", ISG_COUNT(c->not_nfc, "word"),
            (unsigned long long)c->first_nfc);
    else if (c->not_nfc)
        isg_found(c->f, false, "not-nfc", c->first_other, "%llu %s%s not in NFC, compared as if they were",
            ISG_COUNT(c->not_nfc, "word"));
}

static enum isg_status report_types(const struct check *c, json_t *types, struct isg_error *err)
{
    for (uint32_t i = 0; i < isg_strtab_size(c->types); i++) {
        size_t n;
        const char *type = isg_strtab_get(c->types, i, &n);
        json_object_set_new(types, type, json_integer((json_int_t)c->entities.v[i]));
        if (c->entities.v[i] < RARE)
            isg_found(c->f, false, "rare-type", 0, "type %s: only %llu %s", type, (unsigned long long)c->entities.v[i],
                c->entities.v[i] == 1 ? "entity" : "entities");
        if (c->seen->files > 0 && isg_strtab_find(c->seen->types, type, n) == ISG_NO_ID)
            isg_found(c->f, false, "unseen-type", 0, "type %s is not in the first file", type);
        uint32_t id;
        if (c->seen->files == 0)
            ISG_TRY(isg_strtab_add(c->seen->types, type, n, &id, NULL, err));
    }
    if (c->total == 0)
        isg_found(c->f, false, "no-entity", 0, "no entity");
    return ISG_OK;
}

static enum isg_status report(const struct check *c, json_t **figures, struct isg_error *err)
{
    const enum isg_scheme scheme = isg_scheme_verdict(&c->vote);
    json_t *const types = json_object();
    report_transitions(c, scheme);
    report_forms(c);
    const enum isg_status status = types ? report_types(c, types, err) : isg_error_nomem(err, "the figures");
    if (status != ISG_OK) {
        json_decref(types);
        return status;
    }
    *figures = json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:o}", "kind", "labelled", "sentences",
        (json_int_t)c->sentences, "tokens", (json_int_t)c->tokens, "longest", (json_int_t)c->longest, "entities",
        (json_int_t)c->total, "scheme", isg_scheme_name(scheme), "types", types);
    return *figures ? ISG_OK : isg_error_nomem(err, "the figures");
}

static void check_fini(struct check *c)
{
    isg_strtab_free(c->types);
    isg_strtab_free(c->tags);
    ISG_ARRAY_FREE(c->entities);
    for (int k = 0; k < N_SCHEMES; k++)
        ISG_ARRAY_FREE(c->illegal[k]);
    ISG_ARRAY_FREE(c->words);
    ISG_ARRAY_FREE(c->all_tags);
    ISG_ARRAY_FREE(c->letters);
    ISG_ARRAY_FREE(c->ids);
    isg_free(c->spans.v);
}

enum isg_status isg_check_labelled(struct isg_findings *f, struct isg_check_seen *seen, const char *path,
    struct isg_columns columns, enum isg_scheme *scheme, json_t **figures, struct isg_error *err)
{
    struct check c = {.f = f, .seen = seen, .path = path, .types = isg_strtab_new(), .tags = isg_strtab_new()};
    struct isg_columns_reader *r = NULL;
    enum isg_status status = ISG_OK;
    if (!c.types || !c.tags)
        ISG_GOTO(isg_error_nomem(err, "the types"));
    columns.any_tag = true;
    ISG_GOTO(isg_columns_open(&r, path, columns, err));
    for (;;) {
        struct isg_block *b;
        uint64_t done, total;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        if (b->tokens.n > 0)
            ISG_GOTO(check_block(&c, r, b, err));
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(&f->app->env, "checking", done, total, err));
    }
    ISG_GOTO(report(&c, figures, err));
    *scheme = isg_scheme_verdict(&c.vote);
    seen->files++;
out:
    isg_columns_close(r);
    check_fini(&c);
    return status;
}
