/* Before and after training. */
#include "ner/train/finish.h"
#include "ner/decode/calibrate.h"

enum isg_status isg_ner_check_output(const char *out, bool force, struct isg_error *err)
{
    struct isg_writer *w;
    ISG_TRY(isg_check_overwrite(out, force, err));
    ISG_TRY(isg_writer_open(&w, out, true, err));
    isg_writer_abort(w);
    return ISG_OK;
}

enum isg_status isg_ner_calibrate_task(
    struct isg_ner_trainer *t, struct isg_ner_task *k, double *temperature, struct isg_error *err)
{
    struct isg_ner_calibration *const c = &t->made.calibration;
    ISG_TRY(isg_ner_encode_labels(&k->dev, &k->vocab, k->config.scheme == ISG_LABELS_BIOES, err));
    ISG_TRY(isg_ner_calibrate(c, k->decoder, &k->net, k->forms, &k->vocab, &k->dev, err));
    *temperature = c->temperature;
    t->made.calibrated = true;
    if (c->temperature == 1)
        isg_log(t->env, ISG_LOG_INFO,
            "temperature 1 kept: no fitted one improves the expected calibration error of entities (%.2f) on dev both "
            "as "
            "a whole and on held-out folds (%.2f)",
            c->entity_ece_before, c->entity_ece_held_out);
    else
        isg_log(t->env, ISG_LOG_INFO,
            "calibrated on dev: temperature %.3f; expected calibration error of entities %.2f -> %.2f (held-out %.2f), "
            "of tokens %.2f -> %.2f",
            c->temperature, c->entity_ece_before, c->entity_ece_after, c->entity_ece_held_out, c->token_ece_before,
            c->token_ece_after);
    return ISG_OK;
}
