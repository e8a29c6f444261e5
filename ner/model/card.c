/* What a model file says of itself, for people: a card in Markdown and the learning curve as SVG. */
#include "ner/model/card.h"
#include "ner/data/labels.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* One line of the curve: values of `key` over the epochs, scaled from low .. high to the plot's height. */
static void curve(
    struct isg_text *t, const json_t *history, const char *key, const char *colour, double low, double high)
{
    const size_t n = json_array_size(history);
    isg_text_put(t, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
    for (size_t i = 0; i < n; i++) {
        const double v = json_number_value(json_object_get(json_array_get(history, i), key));
        const double x = 60 + 520 * (n > 1 ? (double)i / (double)(n - 1) : 0.5);
        isg_text_put(t, "%s%.1f,%.1f", i ? " " : "", x, 300 - 260 * (high > low ? (v - low) / (high - low) : 0.5));
    }
    isg_text_put(t, "\"/>\n");
}

static void range(const json_t *history, const char *key, double *low, double *high)
{
    *low = HUGE_VAL;
    *high = -HUGE_VAL;
    for (size_t i = 0; i < json_array_size(history); i++) {
        const double v = json_number_value(json_object_get(json_array_get(history, i), key));
        *low = v < *low ? v : *low;
        *high = v > *high ? v : *high;
    }
}

static void axis(struct isg_text *t, double x, const char *anchor, const char *colour, double low, double high)
{
    for (int i = 0; i <= 4; i++)
        isg_text_put(t, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%.4g</text>\n", x, 304 - 65.0 * i,
            anchor, colour, low + (high - low) * i / 4);
}

char *isg_ner_curve_svg(const struct isg_ner_model *m)
{
    json_t *provenance = json_loads(m->provenance, 0, NULL);
    const json_t *history = json_object_get(provenance, "history");
    const size_t n = json_array_size(history);
    const bool dev = json_object_get(json_array_get(history, 0), "dev_f1") != NULL;
    double low, high;
    struct isg_text t = {0};
    isg_text_put(&t,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"360\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"640\" height=\"360\" fill=\"white\"/>\n"
        "<path d=\"M60 40V300H580V40\" fill=\"none\" stroke=\"#888\"/>\n");
    range(history, "loss", &low, &high);
    if (n) {
        axis(&t, 54, "end", "#b33", low, high);
        curve(&t, history, "loss", "#b33", low, high);
    }
    isg_text_put(&t, "<text x=\"60\" y=\"24\" fill=\"#b33\">training loss</text>\n");
    if (dev) {
        range(history, "dev_f1", &low, &high);
        axis(&t, 586, "start", "#236", low, high);
        curve(&t, history, "dev_f1", "#236", low, high);
        isg_text_put(&t, "<text x=\"580\" y=\"24\" text-anchor=\"end\" fill=\"#236\">dev F1</text>\n");
    }
    isg_text_put(&t,
        "<text x=\"60\" y=\"320\">1</text><text x=\"580\" y=\"320\" text-anchor=\"end\">%zu</text>"
        "<text x=\"320\" y=\"340\" text-anchor=\"middle\">epoch</text>\n</svg>\n",
        n);
    json_decref(provenance);
    return isg_text_finish(&t);
}

char *isg_ner_card(const struct isg_ner_model *m, const char *name)
{
    json_t *p = json_loads(m->provenance, 0, NULL);
    struct isg_text t = {0};
    const json_t *calibration = json_object_get(p, "calibration"), *input;
    const char *role;
    isg_text_put(&t,
        "---\nlibrary_name: isogloss\npipeline_tag: token-classification\nlicense: other\n---\n\n# %s\n\nA "
        "tagger of named "
        "entities, made with isogloss %s, seed %llu. What may be done with it depends on the licences of the "
        "text and "
        "the vectors below.\n\n## Entities\n\n",
        name, ISG_VERSION, (unsigned long long)m->seed);
    for (uint32_t i = 0; i < m->vocab.n_types; i++) {
        size_t n;
        const char *type = isg_ner_type_name(&m->vocab, i, &n);
        isg_text_put(&t, "- %.*s\n", (int)n, type);
    }
    const struct isg_ner_features *const f = &m->vocab.features;
    if (isg_ner_features_count(f))
        isg_text_put(&t, "\n## Beyond words\n\n");
    for (uint32_t k = 0; k < f->n_columns; k++)
        isg_text_put(&t, "- column %d of the text, %u values\n", f->column[k], isg_ner_features_rows(f, k) - 1);
    if (f->gazetteer)
        isg_text_put(&t, "- a gazetteer of %u names of %u types, kept in the model\n",
            isg_ner_gazetteer_size(f->gazetteer), isg_ner_gazetteer_types(f->gazetteer));
    isg_text_put(&t, "\n## Made from\n\n| input | file | XXH3 |\n|---|---|---|\n");
    json_object_foreach(json_object_get(p, "inputs"), role, input) isg_text_put(&t, "| %s | %s | %s |\n", role,
        json_string_value(json_object_get(input, "file")), json_string_value(json_object_get(input, "xxh3")));
    isg_text_put(&t, "\n%lld sentences, %lld tokens of training text. Dev chose the epoch; no test data was seen.\n",
        (long long)json_integer_value(json_object_get(p, "train_sentences")),
        (long long)json_integer_value(json_object_get(p, "train_tokens")));
    isg_text_put(&t, "\n## Scores on dev\n\n");
    const json_int_t best = json_integer_value(json_object_get(p, "best_epoch"));
    const json_t *epoch = json_array_get(json_object_get(p, "history"), (size_t)(best > 0 ? best - 1 : 0));
    if (json_object_get(epoch, "dev_f1"))
        isg_text_put(&t,
            "| epoch | precision | recall | F1 |\n|---|---|---|---|\n| %lld of %lld | %.2f | %.2f | %.2f |\n",
            (long long)best, (long long)json_integer_value(json_object_get(p, "epochs")),
            json_number_value(json_object_get(epoch, "dev_precision")),
            json_number_value(json_object_get(epoch, "dev_recall")),
            json_number_value(json_object_get(epoch, "dev_f1")));
    else
        isg_text_put(&t, "Trained without dev text: the last epoch was kept.\n");
    if (calibration)
        isg_text_put(&t,
            "\nProbabilities are calibrated with temperature %.3f: expected calibration error of entities "
            "%.2f (%.2f "
            "before).\n",
            m->temperature, json_number_value(json_object_get(calibration, "entity_ece_after")),
            json_number_value(json_object_get(calibration, "entity_ece_before")));
    isg_text_put(&t, "\n## Settings\n\n| key | value |\n|---|---|\n");
    for (const struct isg_ner_key *k = isg_ner_keys(); k->name; k++) {
        char value[64];
        isg_ner_config_value(&m->config, k, value, sizeof value);
        isg_text_put(&t, "| %s | %s |\n", k->name, value);
    }
    json_decref(p);
    return isg_text_finish(&t);
}
