/* Matches the entities of two readings of a sentence. */
#include "ner/score/match.h"

static const struct isg_span *take(const struct isg_span **list, size_t *n)
{
    --*n;
    return (*list)++;
}

bool isg_ner_match_next(struct isg_ner_match *m, const struct isg_span **a, const struct isg_span **b)
{
    *a = *b = NULL;
    if (m->n_a && (!m->n_b || m->a->first <= m->b->first))
        *a = take(&m->a, &m->n_a);
    if (m->n_b && (!*a || ((*a)->first == m->b->first && (*a)->n == m->b->n)))
        *b = take(&m->b, &m->n_b);
    return *a || *b;
}
