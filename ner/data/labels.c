/* Labels of the types of a vocabulary, and the spans they encode. */
#include "ner/data/labels.h"

#include <string.h>

enum isg_status isg_ner_vocab_add_type(
    struct isg_ner_vocab *v, const char *type, size_t n, bool bioes, struct isg_error *err)
{
    uint32_t id;
    if (isg_strtab_size(v->labels) == 0)
        ISG_TRY(isg_strtab_add(v->labels, "O", 1, &id, NULL, err));
    char *label = isg_malloc(n + 3, 1);
    if (!label)
        return isg_error_nomem(err, "labels");
    label[1] = '-';
    memcpy(label + 2, type, n);
    enum isg_status status = ISG_OK;
    for (const char *letter = bioes ? "BIES" : "BI"; *letter && status == ISG_OK; letter++) {
        label[0] = *letter;
        status = isg_strtab_add(v->labels, label, n + 2, &id, NULL, err);
    }
    isg_free(label);
    v->n_types++;
    return status;
}

enum isg_status isg_ner_vocab_labels(
    struct isg_ner_vocab *v, const struct isg_strtab *types, bool bioes, struct isg_error *err)
{
    const uint32_t n = isg_strtab_size(types);
    if (n == 0) { /* nothing but O can be learnt; a model of one label works all the same */
        uint32_t id;
        return isg_strtab_add(v->labels, "O", 1, &id, NULL, err);
    }
    uint32_t *order = isg_malloc(n, sizeof *order);
    if (!order)
        return isg_error_nomem(err, "labels");
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        for (; k > 0 && strcmp(isg_strtab_get(types, order[k - 1], NULL), isg_strtab_get(types, i, NULL)) > 0; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    enum isg_status status = ISG_OK;
    for (uint32_t i = 0; i < n && status == ISG_OK; i++) {
        size_t len;
        const char *type = isg_strtab_get(types, order[i], &len);
        status = isg_ner_vocab_add_type(v, type, len, bioes, err);
    }
    isg_free(order);
    return status;
}

const char *isg_ner_type_name(const struct isg_ner_vocab *v, uint32_t t, size_t *n)
{
    const uint32_t per_type = (isg_strtab_size(v->labels) - 1) / v->n_types;
    const char *label = isg_strtab_get(v->labels, 1 + t * per_type, n);
    *n -= 2;
    return label + 2;
}

uint32_t isg_ner_type_find(const struct isg_ner_vocab *v, const char *name, size_t n)
{
    for (uint32_t t = 0; t < v->n_types; t++) {
        size_t len;
        const char *const other = isg_ner_type_name(v, t, &len);
        if (len == n && memcmp(other, name, n) == 0)
            return t;
    }
    return ISG_NO_ID;
}

void isg_ner_labels_from_spans(const struct isg_ner_vocab *v, bool bioes, const struct isg_strtab *types,
    const struct isg_span *spans, size_t n_spans, uint32_t n, uint32_t *labels)
{
    const uint32_t per_type = bioes ? 4 : 2;
    memset(labels, 0, n * sizeof *labels);
    for (size_t i = 0; i < n_spans; i++) {
        size_t len;
        const char *const name = isg_strtab_get(types, spans[i].type, &len);
        const uint32_t t = isg_ner_type_find(v, name, len);
        if (t == ISG_NO_ID)
            continue;
        const uint32_t first = 1 + t * per_type;
        for (uint32_t k = 0; k < spans[i].n; k++)
            labels[spans[i].first + k] = first + (k > 0);
        if (bioes)
            labels[spans[i].first + spans[i].n - 1] = first + (spans[i].n == 1 ? 3 : 2);
    }
}

void isg_ner_possible_labels(const struct isg_ner_vocab *v, uint32_t y, uint8_t doubt, uint8_t *may)
{
    const uint32_t n_labels = isg_strtab_size(v->labels);
    memset(may, (doubt & ISG_DOUBT_TAG) != 0, n_labels);
    if (doubt & ISG_DOUBT_TAG)
        return;
    may[y] = 1;
    if (y == 0 || !doubt)
        return;
    /* per type the labels are B I (E S): B and S start an entity, E and S end one */
    static const bool starts[4] = {true, false, false, true}, ends[4] = {false, false, true, true};
    const uint32_t per_type = (n_labels - 1) / v->n_types, mine = (y - 1) % per_type, first = y - mine;
    for (uint32_t k = 0; k < per_type; k++)
        if ((starts[k] == starts[mine] || doubt & ISG_DOUBT_START) && (ends[k] == ends[mine] || doubt & ISG_DOUBT_END))
            may[first + k] = 1;
}

size_t isg_ner_spans_from_labels(
    const struct isg_ner_vocab *v, const uint32_t *labels, uint32_t n, struct isg_span *spans)
{
    if (!v->n_types)
        return 0;
    const uint32_t per_type = (isg_strtab_size(v->labels) - 1) / v->n_types;
    size_t found = 0;
    uint32_t open = ISG_NO_ID; /* type of the span that can go on */
    for (uint32_t i = 0; i < n; i++) {
        if (labels[i] == 0) {
            open = ISG_NO_ID;
            continue;
        }
        const uint32_t t = (labels[i] - 1) / per_type, k = (labels[i] - 1) % per_type; /* k: B I E S */
        const bool goes_on = (k == 1 || k == 2) && open == t;
        if (goes_on)
            spans[found - 1].n++;
        else
            spans[found++] = (struct isg_span){i, 1, t};
        open = k >= 2 ? ISG_NO_ID : t;
    }
    return found;
}
