/* Lexicons: source phrases and their translations, in order of preference. */
#include "translate/lexicon/pairset.h"
#include "translate/lexicon/lexicon.h"
#include <string.h>

struct node {
    uint32_t target, next; /* next entry of the same source phrase, in order; ISG_NO_ID = last */
    float score;
};
struct list {
    uint32_t first, last;
};
struct isg_lexicon {
    struct isg_strtab *sources, *targets;
    ISG_ARRAY(struct list) lists; /* by source id */
    ISG_ARRAY(struct node) nodes;
    struct isg_pairset pairs; /* of source and target, those that are in */
    ISG_ARRAY(char) scratch[2];
};

struct isg_lexicon *isg_lexicon_new(void)
{
    struct isg_lexicon *lex = isg_calloc(1, sizeof *lex);
    if (!lex)
        return NULL;
    lex->sources = isg_strtab_new();
    lex->targets = isg_strtab_new();
    if (!lex->sources || !lex->targets) {
        isg_lexicon_free(lex);
        return NULL;
    }
    return lex;
}

void isg_lexicon_free(struct isg_lexicon *lex)
{
    if (!lex)
        return;
    isg_strtab_free(lex->sources);
    isg_strtab_free(lex->targets);
    isg_free(lex->lists.v);
    isg_free(lex->nodes.v);
    isg_pairset_fini(&lex->pairs);
    isg_free(lex->scratch[0].v);
    isg_free(lex->scratch[1].v);
    isg_free(lex);
}

/** Copies a phrase with single spaces between its words and none around it; NULL = no memory. */
static const char *squeeze(struct isg_lexicon *lex, int which, const char *s, size_t *n)
{
    if (!ISG_RESERVE(lex->scratch[which], *n + 1))
        return NULL;
    char *out = lex->scratch[which].v;
    size_t m = 0;
    for (size_t i = 0; i < *n; i++) {
        const bool blank = s[i] == ' ' || s[i] == '\t';
        if (!blank)
            out[m++] = s[i];
        else if (m > 0 && out[m - 1] != ' ')
            out[m++] = ' ';
    }
    if (m > 0 && out[m - 1] == ' ')
        m--;
    *n = m;
    return out;
}

enum isg_status isg_lexicon_add(struct isg_lexicon *lex, const char *source, size_t n, const char *target, size_t m,
    float score, struct isg_error *err)
{
    const char *s = squeeze(lex, 0, source, &n), *t = squeeze(lex, 1, target, &m);
    if (!s || !t)
        return isg_error_nomem(err, "a lexicon");
    if (n == 0 || m == 0)
        return ISG_OK;
    uint32_t from, to;
    bool fresh;
    ISG_TRY(isg_strtab_add(lex->sources, s, n, &from, &fresh, err));
    if (!ISG_RESERVE(lex->lists, (size_t)from + 1) || !ISG_RESERVE(lex->nodes, lex->nodes.n + 1))
        return isg_error_nomem(err, "a lexicon");
    if (fresh)
        lex->lists.v[from] = (struct list){ISG_NO_ID, ISG_NO_ID};
    ISG_TRY(isg_strtab_add(lex->targets, t, m, &to, NULL, err));
    if (lex->nodes.n >= ISG_NO_ID)
        return isg_error_nomem(err, "a lexicon of more than 4,294,967,294 entries");
    double *unused;
    ISG_TRY(isg_pairset_put(&lex->pairs, from, to, &unused, &fresh, err));
    if (!fresh)
        return ISG_OK;
    struct list *l = &lex->lists.v[from];
    const uint32_t id = (uint32_t)lex->nodes.n++;
    lex->nodes.v[id] = (struct node){to, ISG_NO_ID, score};
    if (l->first == ISG_NO_ID)
        l->first = id;
    else
        lex->nodes.v[l->last].next = id;
    l->last = id;
    return ISG_OK;
}

uint32_t isg_lexicon_find(const struct isg_lexicon *lex, const char *source, size_t n)
{
    return isg_strtab_find(lex->sources, source, n);
}

size_t isg_lexicon_entries(const struct isg_lexicon *lex, uint32_t source, struct isg_lexicon_entry *out, size_t max)
{
    size_t n = 0;
    for (uint32_t i = lex->lists.v[source].first; i != ISG_NO_ID; i = lex->nodes.v[i].next, n++)
        if (n < max)
            out[n] = (struct isg_lexicon_entry){lex->nodes.v[i].target, lex->nodes.v[i].score};
    return n;
}

const char *isg_lexicon_source(const struct isg_lexicon *lex, uint32_t id, size_t *n)
{
    return isg_strtab_get(lex->sources, id, n);
}

const char *isg_lexicon_target(const struct isg_lexicon *lex, uint32_t id, size_t *n)
{
    return isg_strtab_get(lex->targets, id, n);
}

uint32_t isg_lexicon_size(const struct isg_lexicon *lex)
{
    return isg_strtab_size(lex->sources);
}

uint64_t isg_lexicon_count(const struct isg_lexicon *lex)
{
    return lex->nodes.n;
}
