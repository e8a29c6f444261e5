/* Reading dictionaries in XML, with expat. */
#include "align/dictxml.h"

#ifdef ISG_EXPAT
#include <expat.h>
#include <string.h>

static uint64_t line_number(XML_Parser parser)
{
#ifdef ISG_EXPAT_64 /* newer releases deprecate the other */
    return XML_GetCurrentLineNumber64(parser);
#else
    return XML_GetCurrentLineNumber(parser);
#endif
}

enum kind { XML, XDXF, LIFT, TBX };
enum { MOST_TERMS = 256, MOST_DEPTH = 64 };
struct term {
    char *s;
    bool second_choice; /* counts where there is no other */
};
struct terms {
    struct term *v;
    size_t n, cap;
};
struct pair {
    char *word[2];
    uint64_t line;
};
struct isg_dictxml {
    XML_Parser parser;
    const char *path;
    enum kind kind;
    bool no_memory;
    struct isg_arena arena;
    struct terms side[2];
    int languages; /* of the entry, in TBX */
    bool in_text;
    struct {
        char *v;
        size_t n, cap;
    } text;
    char outer[MOST_DEPTH][16]; /* elements around */
    size_t depth;
    struct {
        struct pair *v;
        size_t n, cap;
    } pairs;
    size_t taken;
};

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool inside(const struct isg_dictxml *x, const char *name)
{
    for (size_t i = 0; i < x->depth && i < MOST_DEPTH; i++)
        if (is(x->outer[i], name))
            return true;
    return false;
}

/* Is the text of this element a headword (0) or a translation (1)? -1 = neither. */
static int side_of(const struct isg_dictxml *x, const char *name, bool *second_choice)
{
    *second_choice = false;
    if (x->kind == XDXF) {
        *second_choice = is(name, "deftext");
        return is(name, "k") ? 0 : is(name, "dtrn") || is(name, "deftext") ? 1 : -1;
    }
    if (x->kind == LIFT && is(name, "text")) {
        *second_choice = inside(x, "definition");
        return inside(x, "lexical-unit") ? 0 : inside(x, "gloss") || inside(x, "definition") ? 1 : -1;
    }
    return x->kind == TBX && is(name, "term") ? (x->languages > 1 ? 1 : 0) : -1;
}

static bool is_entry(const char *name)
{
    return is(name, "ar") || is(name, "entry") || is(name, "conceptEntry") || is(name, "termEntry");
}

static void XMLCALL start(void *cookie, const XML_Char *name, const XML_Char **attributes)
{
    struct isg_dictxml *const x = cookie;
    bool second;
    (void)attributes;
    const char *const colon = strrchr(name, ':');
    name = colon ? colon + 1 : name;
    if (x->depth == 0)
        x->kind = is(name, "xdxf") ? XDXF : is(name, "lift") ? LIFT : is(name, "tbx") || is(name, "martif") ? TBX : XML;
    if (is_entry(name)) {
        x->side[0].n = x->side[1].n = 0;
        x->languages = 0;
    }
    x->languages += is(name, "langSec") || is(name, "langSet");
    if (side_of(x, name, &second) >= 0) {
        x->in_text = true;
        x->text.n = 0;
    }
    if (x->depth < MOST_DEPTH) {
        strncpy(x->outer[x->depth], name, sizeof x->outer[0] - 1);
        x->outer[x->depth][sizeof x->outer[0] - 1] = '\0';
    }
    x->depth++;
}

static void XMLCALL characters(void *cookie, const XML_Char *s, int n)
{
    struct isg_dictxml *const x = cookie;
    if (x->in_text && !ISG_APPEND(x->text, s, (size_t)n))
        x->no_memory = true;
}

static void add_term(struct isg_dictxml *x, int side, bool second_choice)
{
    struct terms *const t = &x->side[side];
    char *const s = isg_arena_alloc(&x->arena, x->text.n + 1, 1);
    size_t n = 0;
    if (!s) {
        x->no_memory = true;
        return;
    }
    for (size_t i = 0; i < x->text.n; i++) { /* single spaces */
        const char c = x->text.v[i];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            s[n++] = c;
        else if (n > 0 && s[n - 1] != ' ')
            s[n++] = ' ';
    }
    if (n > 0 && s[n - 1] == ' ')
        n--;
    s[n] = '\0';
    if (n > 0 && t->n < MOST_TERMS && !ISG_PUSH(*t, (struct term){s, second_choice}))
        x->no_memory = true;
}

static void end_entry(struct isg_dictxml *x)
{
    bool any_first = false;
    for (size_t j = 0; j < x->side[1].n; j++)
        any_first |= !x->side[1].v[j].second_choice;
    for (size_t i = 0; i < x->side[0].n; i++)
        for (size_t j = 0; j < x->side[1].n; j++)
            if (!(any_first && x->side[1].v[j].second_choice) &&
                !ISG_PUSH(x->pairs, (struct pair){{x->side[0].v[i].s, x->side[1].v[j].s}, line_number(x->parser)}))
                x->no_memory = true;
}

static void XMLCALL end(void *cookie, const XML_Char *name)
{
    struct isg_dictxml *const x = cookie;
    bool second;
    const char *const colon = strrchr(name, ':');
    name = colon ? colon + 1 : name;
    x->depth--;
    const int side = side_of(x, name, &second);
    if (side >= 0 && x->in_text) {
        add_term(x, side, second);
        x->in_text = second; /* a deftext goes on after a dtrn in it */
    }
    if (is_entry(name))
        end_entry(x);
}

enum isg_status isg_dictxml_new(struct isg_dictxml **out, const char *path, struct isg_error *err)
{
    struct isg_dictxml *const x = isg_calloc(1, sizeof *x);
    *out = x;
    if (!x || !(x->parser = XML_ParserCreate(NULL)))
        return isg_error_nomem(err, "a dictionary");
    x->path = path;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, start, end);
    XML_SetCharacterDataHandler(x->parser, characters);
    return ISG_OK;
}

void isg_dictxml_free(struct isg_dictxml *x)
{
    if (!x)
        return;
    if (x->parser)
        XML_ParserFree(x->parser);
    isg_free(x->side[0].v);
    isg_free(x->side[1].v);
    ISG_ARRAY_FREE(x->text);
    ISG_ARRAY_FREE(x->pairs);
    isg_arena_fini(&x->arena);
    isg_free(x);
}

enum isg_status isg_dictxml_feed(struct isg_dictxml *x, const char *data, size_t n, bool last, struct isg_error *err)
{
    enum { MOST = 1 << 30 };
    if (n > MOST)
        return isg_error_set(err, ISG_EDATA, x->path, 0, "a line of more than 1 GiB");
    if (x->taken == x->pairs.n)
        x->taken = x->pairs.n = 0;
    const enum XML_Status done = XML_Parse(x->parser, data, (int)n, last);
    if (x->no_memory || (done == XML_STATUS_ERROR && XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY))
        return isg_error_nomem(err, "a dictionary");
    if (done != XML_STATUS_ERROR)
        return ISG_OK;
    isg_error_set(
        err, ISG_EDATA, x->path, line_number(x->parser), "XML: %s", XML_ErrorString(XML_GetErrorCode(x->parser)));
    return isg_error_expected(err, "a dictionary as XDXF, LIFT or TBX");
}

bool isg_dictxml_take(struct isg_dictxml *x, char *word[2], uint64_t *line)
{
    if (x->taken == x->pairs.n)
        return false;
    const struct pair *const p = &x->pairs.v[x->taken++];
    word[0] = p->word[0];
    word[1] = p->word[1];
    *line = p->line;
    return true;
}

const char *isg_dictxml_format(const struct isg_dictxml *x)
{
    static const char *const names[] = {"xml", "xdxf", "lift", "tbx"};
    return names[x->kind];
}

#else

enum isg_status isg_dictxml_new(struct isg_dictxml **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    isg_error_set(err, ISG_EUSAGE, path, 0, "a dictionary in XML, and this program was built without expat");
    return isg_error_advice(err, "install libexpat1-dev and build again, or convert it to tab-separated lines");
}
void isg_dictxml_free(struct isg_dictxml *x)
{
    (void)x;
}
enum isg_status isg_dictxml_feed(struct isg_dictxml *x, const char *data, size_t n, bool last, struct isg_error *err)
{
    (void)x, (void)data, (void)n, (void)last, (void)err;
    return ISG_OK;
}
bool isg_dictxml_take(struct isg_dictxml *x, char *word[2], uint64_t *line)
{
    (void)x, (void)word, (void)line;
    return false;
}
const char *isg_dictxml_format(const struct isg_dictxml *x)
{
    (void)x;
    return "xml";
}

#endif
