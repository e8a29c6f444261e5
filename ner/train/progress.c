/* History, log and events of the epochs. */
#include "ner/train/progress.h"

#include <stdlib.h>

static json_t *epoch_json(
    const struct isg_ner_trainer *t, const struct isg_ner_phase *p, const struct isg_ner_counts *counts)
{
    json_t *const o = json_object();
    bool good = o != NULL;
    if (p->name)
        good = good && json_object_set_new(o, "phase", json_string(p->name)) == 0;
    good = good && json_object_set_new(o, "epoch", json_integer(t->at.epoch)) == 0 &&
           json_object_set_new(o, "loss", json_real(t->at.loss / (double)t->at.sentences)) == 0 &&
           json_object_set_new(o, "lr", json_real(t->at.lr)) == 0 &&
           json_object_set_new(o, "grad_norm", json_real(t->at.norm / t->at.step)) == 0;
    if (counts && p->agreement)
        good = good && json_object_set_new(o, "agreement_f1", json_real(isg_ner_f1(counts))) == 0;
    else if (counts)
        good = good && json_object_set_new(o, "dev_precision", json_real(isg_ner_precision(counts))) == 0 &&
               json_object_set_new(o, "dev_recall", json_real(isg_ner_recall(counts))) == 0 &&
               json_object_set_new(o, "dev_f1", json_real(isg_ner_f1(counts))) == 0;
    if (good)
        return o;
    json_decref(o);
    return NULL;
}

/* The event as one line; NULL = no memory. */
static char *event_line(const struct isg_ner_trainer *t, json_t *epoch, const struct isg_ner_speed *speed)
{
    json_t *const o = json_pack("{s:s}", "event", "epoch");
    char *line = NULL;
    if (o && json_object_update(o, epoch) == 0 &&
        (json_object_get(o, "dev_f1") || json_object_set_new(o, "dev_f1", json_null()) == 0) &&
        json_object_set_new(o, "clipped", json_integer(t->at.clipped)) == 0 &&
        json_object_set_new(o, "seconds", json_real(speed->seconds)) == 0 &&
        json_object_set_new(o, "tokens_per_second", json_real(speed->tokens_per_second)) == 0)
        line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(o);
    return line;
}

enum isg_status isg_ner_tell_epoch(struct isg_ner_trainer *t, const struct isg_ner_phase *p,
    const struct isg_ner_counts *counts, const struct isg_ner_speed *speed, struct isg_error *err)
{
    json_t *const o = epoch_json(t, p, counts);
    char *const line = o ? event_line(t, o, speed) : NULL;
    const bool good = line && json_array_append(t->history, o) == 0;
    if (line && t->env->event)
        t->env->event(t->env->cookie, line);
    isg_reserve_free(line);
    json_decref(o);
    if (!good)
        return isg_error_nomem(err, "the log");
    char score[96] = "";
    if (counts && p->agreement)
        snprintf(score, sizeof score, ", %s F1 %.2f", p->scored, isg_ner_f1(counts));
    else if (counts)
        snprintf(score, sizeof score, ", %s F1 %.2f (P %.2f, R %.2f)", p->scored, isg_ner_f1(counts),
            isg_ner_precision(counts), isg_ner_recall(counts));
    isg_log(t->env, ISG_LOG_INFO, "%s%sepoch %u: loss %.4f%s%s, lr %.3g, %.1f s, %.0f tokens/s", p->name ? p->name : "",
        p->name ? ", " : "", t->at.epoch, t->at.loss / (double)t->at.sentences, score,
        counts && t->at.best_epoch == t->at.epoch ? " *" : "", t->at.lr, speed->seconds, speed->tokens_per_second);
    return ISG_OK;
}

double isg_ner_last_loss(const json_t *history)
{
    const size_t n = json_array_size(history);
    return n ? json_number_value(json_object_get(json_array_get(history, n - 1), "loss")) : 0;
}
