/* What a model file says of itself, for people: a card in Markdown, a summary, the learning curve as SVG. */
#include "ner/model/card.h"
#include "ner/data/labels.h"

#include <math.h>
#include <string.h>

/* ---- the learning curve ---- */

/* The key's value in each epoch, NaN where there is none, and the smallest and largest; false where no epoch has it. */
static bool values_of(const json_t *history, const char *key, double *values, struct isg_svg_plot *plot)
{
    plot->low = HUGE_VAL;
    plot->high = -HUGE_VAL;
    for (size_t i = 0; i < plot->n; i++) {
        const json_t *const v = json_object_get(json_array_get(history, i), key);
        values[i] = json_is_number(v) ? json_number_value(v) : (double)NAN;
        plot->low = fmin(plot->low, values[i]);
        plot->high = fmax(plot->high, values[i]);
    }
    return plot->low <= plot->high;
}

char *isg_ner_curve_svg(const struct isg_ner_model *m)
{
    const json_t *const history = m->provenance.history;
    const bool agreement = m->provenance.selection == ISG_SELECT_AGREEMENT;
    struct isg_svg_plot plot = {60, 40, 520, 260, .n = json_array_size(history)};
    double *const values = isg_malloc(plot.n, sizeof *values);
    struct isg_text t = {0};
    if (!values)
        return NULL;
    isg_svg_begin(&t, 640, 360);
    isg_svg_axes(&t, &plot, true);
    if (values_of(history, "loss", values, &plot)) {
        isg_svg_ticks(&t, &plot, 4, false, ISG_SVG_RED);
        isg_svg_curve(&t, &plot, values, ISG_SVG_RED);
    }
    isg_svg_label(&t, 60, 24, ISG_SVG_START, ISG_SVG_RED, "training loss");
    if (values_of(history, agreement ? "agreement_f1" : "dev_f1", values, &plot)) {
        isg_svg_ticks(&t, &plot, 4, true, ISG_SVG_BLUE);
        isg_svg_curve(&t, &plot, values, ISG_SVG_BLUE);
        isg_svg_label(&t, 580, 24, ISG_SVG_END, ISG_SVG_BLUE, "%s F1", agreement ? "agreement" : "dev");
    }
    isg_svg_label(&t, 60, 320, ISG_SVG_START, ISG_SVG_BLACK, "1");
    isg_svg_label(&t, 580, 320, ISG_SVG_END, ISG_SVG_BLACK, "%zu", plot.n);
    isg_svg_label(&t, 320, 340, ISG_SVG_MIDDLE, ISG_SVG_BLACK, "epoch");
    isg_free(values);
    return isg_svg_end(&t);
}

/* ---- the card ---- */

/* Foreign text in Markdown: visible, and nothing in it is markup, a link or a table's border. */
static void put_markdown(struct isg_text *t, const char *foreign)
{
    struct isg_text visible = {0};
    isg_text_put_visible(&visible, foreign);
    for (size_t i = 0; i < visible.n; i++) {
        const char c = visible.s[i];
        if (strchr("&<>\"':@|", c))
            isg_text_put(t, "&#%d;", c);
        else
            isg_text_put(t, strchr("\\`*_[]()!#~{}", c) ? "\\%c" : "%c", c);
    }
    t->failed |= visible.failed;
    isg_free(isg_text_finish(&visible));
}

/* What selected the epoch, as the end of a clause. */
static const char *selected_by(const struct isg_ner_provenance *p)
{
    switch (p->selection) {
    case ISG_SELECT_DEV:
        return ", selected by F1 on the dev text";
    case ISG_SELECT_SOURCE_DEV:
        return ", selected by F1 on the sources' dev texts";
    case ISG_SELECT_AGREEMENT:
        return ", selected by its agreement with the epoch before on the unlabelled text";
    case ISG_SELECT_LAST:
        break;
    }
    return ": the last one, since no text selected an epoch";
}

static void put_score(struct isg_text *t, double percent)
{
    if (isfinite(percent))
        isg_text_put(t, " %.2f |", percent);
    else
        isg_text_put(t, " - |");
}

/* A type may be in a dev or a source text alone. */
static bool learnt(const struct isg_ner_model *m, const struct isg_ner_type_record *type)
{
    return isg_ner_type_find(&m->vocab, type->name, strlen(type->name)) != ISG_NO_ID;
}

/* A row for each type, and the overall scores. Models of version 0.1 recorded no counts. */
static void put_types(struct isg_text *t, const struct isg_ner_model *m)
{
    const struct isg_ner_provenance *const p = &m->provenance;
    const bool source = p->mode != NULL;
    isg_text_put(t, "\n## Entity types\n\n| type |%s", p->types.n ? " in training text |" : "");
    isg_text_put(t, "%s%s\n|---|%s", p->types.n && source ? " in source text |" : "",
        p->has_dev ? " precision | recall | F1 |" : "", p->types.n ? "---:|" : "");
    isg_text_put(t, "%s%s\n", p->types.n && source ? "---:|" : "", p->has_dev ? "---:|---:|---:|" : "");
    for (size_t i = 0; i < p->types.n; i++) {
        const struct isg_ner_type_record *const type = &p->types.v[i];
        isg_text_put(t, "| ");
        put_markdown(t, type->name);
        isg_text_put(
            t, "%s | %llu |", learnt(m, type) ? "" : " (not a label of this model)", (unsigned long long)type->train);
        if (source)
            isg_text_put(t, " %llu |", (unsigned long long)type->source);
        if (p->has_dev) {
            put_score(t, isg_ner_precision(&type->dev));
            put_score(t, isg_ner_recall(&type->dev));
            put_score(t, isg_ner_f1(&type->dev));
        }
        isg_text_put(t, "\n");
    }
    for (uint32_t i = 0; !p->types.n && i < m->vocab.n_types; i++) {
        isg_text_put(t, "| ");
        put_markdown(t, isg_ner_type_name(&m->vocab, i, &(size_t){0}));
        isg_text_put(t, p->has_dev ? " | - | - | - |\n" : " |\n");
    }
    if (p->has_dev) {
        isg_text_put(t, "| all |%s%s", p->types.n ? " |" : "", p->types.n && source ? " |" : "");
        put_score(t, p->precision);
        put_score(t, p->recall);
        put_score(t, p->f1);
        isg_text_put(t, "\n");
    }
}

static void put_features(struct isg_text *t, const struct isg_ner_features *f)
{
    if (isg_ner_features_count(f))
        isg_text_put(t, "\n## Features other than words\n\n");
    for (uint32_t k = 0; k < f->n_columns; k++)
        isg_text_put(t, "- column %d of the text, %u values\n", f->column[k], isg_ner_features_rows(f, k) - 1);
    if (f->gazetteer)
        isg_text_put(t, "- a gazetteer of %u names of %u types, kept in the model\n",
            isg_ner_gazetteer_size(f->gazetteer), isg_ner_gazetteer_types(f->gazetteer));
}

static void put_text_size(
    struct isg_text *t, const char *bullet, const char *what, const struct isg_ner_text_size *size)
{
    if (!size->sentences)
        return;
    isg_text_put(
        t, "%s%s: %llu sentence%s", bullet, what, (unsigned long long)size->sentences, size->sentences == 1 ? "" : "s");
    if (size->tokens)
        isg_text_put(t, ", %llu tokens", (unsigned long long)size->tokens);
    isg_text_put(t, "\n");
}

/* How it was trained, a line each. */
static void put_training(struct isg_text *t, const struct isg_ner_model *m, const char *bullet,
    void (*put)(struct isg_text *t, const char *s))
{
    const struct isg_ner_provenance *const p = &m->provenance;
    if (p->mode) {
        isg_text_put(t, "%stransfer mode: ", bullet);
        put(t, p->mode);
        isg_text_put(t, "\n");
    }
    put_text_size(t, bullet, "training text", &p->train);
    put_text_size(t, bullet, "source text", &p->source);
    if (p->source_epochs)
        isg_text_put(t, "%sepochs on the sources alone: %u\n", bullet, p->source_epochs);
    if (p->epochs || p->source_epochs)
        isg_text_put(t, "%sepoch %u of %u was kept%s\n", bullet, p->best_epoch,
            p->epochs ? p->epochs : p->source_epochs, selected_by(p));
    if (p->calibrated)
        isg_text_put(t,
            "%sprobabilities are calibrated with temperature %.3f: expected calibration error of entities %.2f (%.2f "
            "before)\n",
            bullet, m->temperature, p->calibration.entity_ece_after, p->calibration.entity_ece_before);
}

static void put_inputs(struct isg_text *t, const struct isg_ner_provenance *p)
{
    isg_text_put(t, "\n## Inputs\n\n| input | file | XXH3 |\n|---|---|---|\n");
    for (size_t i = 0; i < p->inputs.n; i++) {
        isg_text_put(t, "| ");
        put_markdown(t, p->inputs.v[i].role);
        isg_text_put(t, " | ");
        put_markdown(t, p->inputs.v[i].file);
        isg_text_put(t, " | ");
        put_markdown(t, p->inputs.v[i].xxh3);
        isg_text_put(t, " |\n");
    }
}

static void put_json_value(struct isg_text *t, const json_t *v)
{
    if (json_is_string(v))
        put_markdown(t, json_string_value(v));
    else if (json_is_boolean(v))
        isg_text_put(t, json_is_true(v) ? "true" : "false");
    else if (json_is_number(v))
        isg_text_put(t, "%.15g", json_number_value(v));
}

/* Settings of the transfer, among them the rates of groups of parameters, an object. */
static void put_transfer_settings(struct isg_text *t, json_t *settings)
{
    const char *key, *group;
    json_t *v, *rate;
    isg_text_put(t, "\n## Transfer settings\n\n| key | value |\n|---|---|\n");
    json_object_foreach(settings, key, v)
    {
        if (json_is_object(v)) {
            json_object_foreach(v, group, rate)
            {
                isg_text_put(t, "| rate ");
                put_markdown(t, group);
                isg_text_put(t, " | ");
                put_json_value(t, rate);
                isg_text_put(t, " |\n");
            }
            continue;
        }
        isg_text_put(t, "| ");
        put_markdown(t, key);
        isg_text_put(t, " | ");
        put_json_value(t, v);
        isg_text_put(t, " |\n");
    }
}

char *isg_ner_card(const struct isg_ner_model *m, const char *name)
{
    struct isg_text t = {0};
    isg_text_put(&t, "---\nlibrary_name: isogloss\npipeline_tag: token-classification\nlicense: other\n---\n\n# ");
    put_markdown(&t, name);
    isg_text_put(&t, "\n\nA named entity tagger, made with isogloss ");
    put_markdown(&t, m->version ? m->version : ISG_VERSION);
    isg_text_put(&t, ", seed %llu. The licences of the texts and vectors below say what it may be used for.\n",
        (unsigned long long)m->seed);
    put_types(&t, m);
    if (m->provenance.has_dev)
        isg_text_put(&t, "\nScores are percentages on the %s. No test data was used.\n",
            m->provenance.selection == ISG_SELECT_SOURCE_DEV ? "sources' dev texts" : "dev text");
    else
        isg_text_put(&t, "\nThe model was not scored. It was trained without dev text.\n");
    put_features(&t, &m->vocab.features);
    put_inputs(&t, &m->provenance);
    isg_text_put(&t, "\n## Training\n\n");
    put_training(&t, m, "- ", put_markdown);
    if (m->provenance.settings)
        put_transfer_settings(&t, m->provenance.settings);
    isg_text_put(&t, "\n## Settings\n\n| key | value |\n|---|---|\n");
    for (const struct isg_ner_key *k = isg_ner_keys(); k->name; k++) {
        char value[64];
        isg_ner_config_value(&m->config, k, value, sizeof value);
        isg_text_put(&t, "| %s | %s |\n", k->name, value);
    }
    return isg_text_finish(&t);
}

/* ---- the summary ---- */

static void put_type_line(
    struct isg_text *t, const struct isg_ner_provenance *p, const struct isg_ner_type_record *type)
{
    isg_text_put(t, "  ");
    isg_text_put_visible(t, type->name);
    isg_text_put(t, ": %llu in training text", (unsigned long long)type->train);
    if (p->mode)
        isg_text_put(t, ", %llu in source text", (unsigned long long)type->source);
    if (p->has_dev)
        isg_text_put(t, ", dev F1 %.2f", isg_ner_f1(&type->dev));
    isg_text_put(t, "\n");
}

char *isg_ner_summary(const struct isg_ner_model *m)
{
    const struct isg_ner_provenance *const p = &m->provenance;
    struct isg_text t = {0};
    isg_text_put(&t, "named entity tagger, %u entity type%s\n", m->vocab.n_types, m->vocab.n_types == 1 ? "" : "s");
    for (uint32_t i = 0; !p->types.n && i < m->vocab.n_types; i++) {
        isg_text_put(&t, "  ");
        isg_text_put_visible(&t, isg_ner_type_name(&m->vocab, i, &(size_t){0}));
        isg_text_put(&t, "\n");
    }
    for (size_t i = 0; i < p->types.n; i++)
        put_type_line(&t, p, &p->types.v[i]);
    if (p->has_dev && isfinite(p->f1))
        isg_text_put(
            &t, "  dev F1 %.2f%s\n", p->f1, p->selection == ISG_SELECT_SOURCE_DEV ? " (sources' dev texts)" : "");
    put_training(&t, m, "  ", isg_text_put_visible);
    for (size_t i = 0; i < p->inputs.n; i++) {
        isg_text_put(&t, "  ");
        isg_text_put_visible(&t, p->inputs.v[i].role);
        isg_text_put(&t, ": ");
        isg_text_put_visible(&t, p->inputs.v[i].file);
        isg_text_put(&t, ", XXH3 ");
        isg_text_put_visible(&t, p->inputs.v[i].xxh3);
        isg_text_put(&t, "\n");
    }
    return isg_text_finish(&t);
}
