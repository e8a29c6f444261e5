/* Which task each batch comes from. */
#include "ner/transfer/schedule.h"

#include <math.h>

static double root_batches(const struct isg_transfer *t, uint32_t task)
{
    return sqrt(isg_ner_task_batches(&t->trainer.tasks[task], t->opts->config.batch));
}

static double source_mass(const struct isg_transfer *t)
{
    double sum = 0;
    for (uint32_t i = ISG_TASK_SOURCE; i < t->trainer.n_tasks; i++)
        sum += root_batches(t, i);
    return sum;
}

double isg_transfer_source_share(const struct isg_transfer_plan *p, uint32_t epoch)
{
    const struct isg_ner_transfer_config *const x = p->t->x;
    if (!p->target || !p->source)
        return p->target ? 0 : 1;
    const double s = source_mass(p->t), g = root_batches(p->t, ISG_TASK_TARGET);
    const double first = x->p_source > 0 ? x->p_source : s / (s + g);
    const double last = x->p_source_end >= 0 ? x->p_source_end : first;
    return p->epochs > 1 ? first + (last - first) * epoch / (p->epochs - 1) : first;
}

uint32_t isg_transfer_steps(const struct isg_transfer_plan *p, uint32_t epoch)
{
    const struct isg_ner_trainer *const t = &p->t->trainer;
    const int64_t batch = p->t->opts->config.batch;
    double wanted = 0;
    if (p->target)
        wanted = ceil(
            isg_ner_task_batches(&t->tasks[ISG_TASK_TARGET], batch) / (1 - isg_transfer_source_share(p, epoch)));
    for (uint32_t i = ISG_TASK_SOURCE; !p->target && i < t->n_tasks; i++)
        wanted += isg_ner_task_batches(&t->tasks[i], batch);
    return (uint32_t)fmin(fmax(wanted, (double)p->t->x->epoch_batches), 1e9);
}

uint32_t isg_transfer_draw(const struct isg_transfer_plan *p, uint32_t epoch, struct isg_rng *rng)
{
    const double share = isg_transfer_source_share(p, epoch);
    if (!(share > 0 && isg_rng_double(rng) < share))
        return ISG_TASK_TARGET;
    uint32_t i = ISG_TASK_SOURCE;
    double left = isg_rng_double(rng) * source_mass(p->t);
    while (i + 1 < p->t->trainer.n_tasks && (left -= root_batches(p->t, i)) >= 0)
        i++;
    return i;
}
