/* The memory of a training run. */
#include "ner/train/trainer.h"
#include "ner/train/best.h"

enum isg_status isg_ner_trainer_ready(struct isg_ner_trainer *t, struct isg_error *err)
{
    const size_t n_shards = (size_t)t->config->shards, batch = (size_t)t->config->batch;
    t->shards = isg_calloc(n_shards, sizeof *t->shards);
    t->used = isg_calloc(n_shards, sizeof(struct isg_tape *));
    t->lengths = isg_malloc(batch, sizeof *t->lengths);
    t->shard_of = isg_malloc(batch, sizeof *t->shard_of);
    t->history = json_array();
    if (!t->shards || !t->used || !t->lengths || !t->shard_of || !t->history)
        return isg_error_nomem(err, "a training run");
    for (size_t i = 0; i < n_shards; i++)
        ISG_TRY(isg_tape_new(&t->shards[i].tape, t->params, ISG_ISA_AUTO, err));
    return ISG_OK;
}

void isg_ner_trainer_fini(struct isg_ner_trainer *t)
{
    for (int64_t i = 0; t->shards && i < t->config->shards; i++) {
        struct isg_ner_shard *const s = &t->shards[i];
        isg_tape_free(s->tape);
        isg_ner_batch_fini(&s->batch);
        isg_free((void *)s->tokens.v);
        isg_free((void *)s->features.v);
        isg_free(s->n_tokens.v);
        isg_free(s->sentence.v);
        isg_ner_target_fini(&s->target);
    }
    isg_free(t->shards);
    isg_free((void *)t->used);
    isg_free(t->lengths);
    isg_free(t->shard_of);
    isg_free(t->checkpoint);
    isg_free(t->fingerprint);
    isg_free(t->kept);
    isg_safetensors_close(t->resumed);
    json_decref(t->history);
    isg_ner_provenance_fini(&t->made);
    isg_optim_free(t->optim);
    isg_ner_best_free(t);
    for (uint32_t i = t->tasks ? t->n_tasks : 0; i-- > 0;) /* the others first: they use task 0's parts */
        isg_ner_task_fini(&t->tasks[i]);
    isg_free(t->tasks);
    if (t->params)
        isg_params_free(t->params);
}
