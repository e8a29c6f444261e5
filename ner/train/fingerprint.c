/* What identifies a run. */
#include "ner/train/fingerprint.h"

#include <stdlib.h>

enum isg_status isg_ner_fingerprint(
    struct isg_ner_trainer *t, const struct isg_columns *columns, const json_t *settings, struct isg_error *err)
{
    char *const config = isg_ner_config_json(t->config), *const inputs = isg_ner_provenance_inputs(&t->made);
    char *const more = json_dumps(settings, JSON_COMPACT | JSON_REAL_PRECISION(17)); /* NULL of NULL */
    struct isg_text text = {0};
    if (config && inputs && (more || !settings)) {
        isg_text_put(&text, "%s %llu %d %d", ISG_VERSION, (unsigned long long)t->seed, columns->word, columns->tag);
        for (uint32_t i = 0; i < columns->n_features; i++)
            isg_text_put(&text, " %d", columns->features[i]);
        isg_text_put(&text, " %s %s %s", config, inputs, more ? more : "");
        t->fingerprint = isg_text_finish(&text);
    }
    isg_free(config);
    isg_free(inputs);
    isg_reserve_free(more);
    return t->fingerprint ? ISG_OK : isg_error_nomem(err, "checksums");
}
